import type { Env } from '../config/variables.ts'
import { type Command, UsageError } from './command.ts'

/** Options that npm has none of, with their values: it takes them all the same, and leaves them in the environment. */
const OURS: readonly (readonly [option: string, value: string])[] = [
  ['config', 'FILE'],
  ['port', 'N'],
  ['host', 'H'],
  ['admin-port', 'N'],
]

/**
 * Refuse to run without an option that was typed and has not come: `npm start --config FILE` gives the option to npm, and
 * a gateway that started all the same would not be the one that was meant.
 *
 * @throws UsageError with the way to write it.
 */
export function refuseTakenByNpm(
  { name, options }: Pick<Command, 'name' | 'options'>,
  given: Readonly<Record<string, unknown>>,
  env: Env,
): void {
  const { npm_lifecycle_event: script } = env
  if (script === undefined) return
  const taken = OURS.find(
    ([option]) => option in options && !(option in given) && env[variableOf(option)] !== undefined,
  )
  if (!taken) return
  const npm = script === 'start' ? 'npm start --' : `npm run ${script} -- ${name}`
  throw new UsageError(`npm has kept --${taken[0]} for itself: write ${npm} --${taken.join(' ')}`)
}

/** As npm names it for what it runs: https://docs.npmjs.com/cli/using-npm/config#environment-variables */
function variableOf(option: string): string {
  return `npm_config_${option.replace('-', '_')}`
}
