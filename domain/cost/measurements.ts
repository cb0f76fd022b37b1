/** What `npm run bench -- cost` measured, with what it was measured on. */
import measured from './measured.json' with { type: 'json' };

export const MEASURED = measured;
