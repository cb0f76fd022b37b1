/** For Amazon Bedrock: `tricost/bedrock`. */
export { bedrock } from './meter-bedrock.ts';
