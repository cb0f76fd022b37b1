/** The authorities that sign certificates of RDS and Aurora: Lambda's runtime has them, other machines must fetch them. */
import { rootCertificates } from 'node:tls';

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html */
const BUNDLE_URL = 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem';
const TIMEOUT_MS = 10_000;

/**
 * PEM of Node's own list and Amazon's, as NODE_EXTRA_CA_CERTS adds them on Lambda.
 *
 * @throws Error naming the address when it cannot be fetched
 */
export async function fetchRdsAuthorities(): Promise<string> {
  const response = await fetch(BUNDLE_URL, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    () => undefined,
  );
  if (response?.ok !== true) throw new Error(`${BUNDLE_URL} could not be fetched`);
  return [...rootCertificates, await response.text()].join('\n');
}
