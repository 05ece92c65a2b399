/** Whether this is the long version of the proof (`npm run prove`): more seeds, more operations, everything printed. */
export const PROVE: boolean = process.env.TOLLGATE_PROVE === '1'
