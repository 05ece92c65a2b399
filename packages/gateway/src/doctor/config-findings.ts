import { ConfigError } from '../config/index.ts'
import type { Finding } from './finding.ts'

/**
 * What of the config keeps a gateway from starting with the environment that this command has: a variable that is not set, say.
 * A file of a secret that only the gateway's own user may read is no fault of the config, and somebody else must look.
 *
 * @param load reads all of the config, as a start does.
 */
export function configFindings(load: () => unknown): readonly Finding[] {
  try {
    load()
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) =>
      problem.endsWith(FORBIDDEN)
        ? { check: 'config', level: 'ask', text: `${problem}: look as the user that the gateway runs as.` }
        : { check: 'config', level: 'refuse', text: `${problem}.` },
    )
  }
}

/** The end of a problem with a file that is there, and closed to whoever looks. */
const FORBIDDEN = '(EACCES)'
