/** `tricost/spool`: calls that survive their process. */
export { type SpoolOptions, spoolFolder } from './spool-folder.ts';
