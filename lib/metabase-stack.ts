/**
 * Metabase on Fargate, for a team that has none: one task on ARM behind a load balancer with TLS, which keeps its own things in a
 * database of its own. A stack of its own, because its first start takes minutes and must not roll the functions back.
 */
import { CfnOutput, Duration, RemovalPolicy, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { MetabaseConfig } from '../config/config.ts';
import { grantReadParameters } from './parameter-access.ts';

/** The newest build of one release, that of deploy/metabase/compose.yaml; 0.x is the open-source edition. */
const IMAGE = 'metabase/metabase:v0.65.4.x';
const PORT = 3000;
/** 1 vCPU, and twice the heap: https://www.metabase.com/docs/latest/installation-and-operation/running-metabase-on-docker */
const CPU_UNITS = 1024;
const MEMORY_MB = 2048;
const START_MINUTES = 5;

export interface MetabaseStackProps {
  readonly stackName: string;
  readonly metabase: MetabaseConfig;
  readonly reportingZone: string;
  readonly terminationProtection: boolean;
}

export class MetabaseStack extends Stack {
  constructor(scope: Construct, id: string, props: MetabaseStackProps) {
    super(scope, id, {
      stackName: props.stackName,
      description: 'tricost: Metabase, which shows the board',
      terminationProtection: props.terminationProtection,
    });
    Tags.of(this).add('application', 'tricost');
    const { metabase } = props;
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: metabase.vpcId,
      availabilityZones: this.availabilityZones,
    });
    const vpcSubnets = {
      subnets: metabase.subnetIds.map((subnet) => ec2.Subnet.fromSubnetId(this, subnet, subnet)),
    };
    Validations.of(this).acknowledge({
      id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'nothing here reads the route tables of the subnets, which are yours',
    });

    const loadBalancer = this.#loadBalancer(vpc, vpcSubnets, metabase);
    const service = this.#service(vpc, vpcSubnets, props);
    service.connections.allowFrom(loadBalancer, ec2.Port.tcp(PORT), 'the load balancer');
    const listener = loadBalancer.addListener('Https', {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', metabase.certificateArn)],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      // Said by the security group, address by address.
      open: false,
    });
    listener.addTargets('Metabase', {
      port: PORT,
      protocol: elb.ApplicationProtocol.HTTP,
      targets: [service],
      deregistrationDelay: Duration.seconds(30),
      healthCheck: {
        // /api/health is well before the rest is.
        path: '/api/session/properties',
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
      },
    });
    new CfnOutput(this, 'LoadBalancerName', { value: loadBalancer.loadBalancerDnsName });
    new CfnOutput(this, 'MetabaseUrl', { value: metabase.url });
  }

  #loadBalancer(
    vpc: ec2.IVpc,
    vpcSubnets: ec2.SubnetSelection,
    { allowFrom }: MetabaseConfig,
  ): elb.ApplicationLoadBalancer {
    const securityGroup = new ec2.SecurityGroup(this, 'LoadBalancerGroup', {
      vpc,
      description: 'Who reaches Metabase',
      allowAllOutbound: false,
    });
    for (const range of allowFrom) {
      securityGroup.addIngressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(443), 'allowFrom');
    }
    if (allowFrom.some((range) => range.endsWith('/0'))) {
      Validations.of(securityGroup).acknowledge({
        id: 'AwsSolutions::AwsSolutions-EC23',
        reason: 'metabase.allowFrom in the configuration says so',
      });
    }
    const loadBalancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets,
      securityGroup,
      internetFacing: true,
      dropInvalidHeaderFields: true,
    });
    Validations.of(loadBalancer).acknowledge({
      id: 'AwsSolutions::AwsSolutions-ELB2',
      reason:
        'Metabase itself notes who looks at what; a bucket of addresses would be more to guard',
    });
    return loadBalancer;
  }

  #service(
    vpc: ec2.IVpc,
    vpcSubnets: ec2.SubnetSelection,
    { metabase, reportingZone }: MetabaseStackProps,
  ): ecs.FargateService {
    const cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    Validations.of(cluster).acknowledge({
      id: 'AwsSolutions::AwsSolutions-ECS4',
      reason: 'Container Insights costs more than it tells about one task with a health check',
    });
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Made here, because the role that CDK would make may ask more of the parameters than to be read.
    const executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    const { databaseUrl, encryptionKey } = metabase.parameters;
    grantReadParameters(executionRole, [databaseUrl, encryptionKey]);
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: CPU_UNITS,
      memoryLimitMiB: MEMORY_MB,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      executionRole,
    });
    Validations.of(task).acknowledge({
      id: 'AwsSolutions::AwsSolutions-ECS2',
      reason: 'settings alone: both secrets come from parameters',
    });
    task.addContainer('Metabase', {
      image: ecs.ContainerImage.fromRegistry(IMAGE),
      portMappings: [{ containerPort: PORT }],
      logging: ecs.LogDrivers.awsLogs({ logGroup, streamPrefix: 'metabase' }),
      environment: {
        MB_DB_TYPE: 'postgres',
        MB_SITE_URL: metabase.url,
        MB_REPORT_TIMEZONE: reportingZone,
        MB_LOAD_SAMPLE_CONTENT: 'false',
        MB_CHECK_FOR_UPDATES: 'false',
        MB_ANON_TRACKING_ENABLED: 'false',
        JAVA_OPTS: `-Xmx${MEMORY_MB / 2}m`,
      },
      secrets: {
        MB_DB_CONNECTION_URI: this.#secret(databaseUrl),
        MB_ENCRYPTION_SECRET_KEY: this.#secret(encryptionKey),
      },
    });
    return new ecs.FargateService(this, 'Service', {
      // Its type says undefined where the interface says absent.
      cluster: cluster as ecs.ICluster,
      taskDefinition: task,
      desiredCount: 1,
      // Two releases must not change the database at once: the old task goes first.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      // Without it, a task that does not start is tried for three hours.
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.minutes(START_MINUTES),
      vpcSubnets,
      assignPublicIp: true,
    });
  }

  /** The role may read it already. */
  #secret(parameter: string): ecs.Secret {
    const arn = this.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: parameter.slice(1),
    });
    return { arn, grantRead: (grantee) => iam.Grant.drop(grantee, 'granted with its role') };
  }
}
