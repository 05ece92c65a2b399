import { parseArgs } from 'node:util'
import { TARGETS, type Target, YARDSTICK } from './targets.ts'

export interface BenchOptions {
  readonly rounds: number
  /** How long each of the four measurements of a target lasts, seconds. */
  readonly seconds: number
  /** How long each target is run at most before anything is measured, seconds. */
  readonly warmUpSeconds: number
  readonly targets: readonly Target[]
  /** The command that makes the same table again. */
  readonly command: string
}

/** The whole bench in some eight minutes, and a look in under one. */
const WHOLE = { rounds: 5, seconds: 1, warmUpSeconds: 90 }
const QUICK = { rounds: 3, seconds: 0.5, warmUpSeconds: 2 }

/** Read the command line. @throws Error that says what is wrong with it. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean' },
    },
  })
  const usual = values.quick ? QUICK : WHOLE
  return {
    rounds: numberOf('--rounds', values.rounds, usual.rounds),
    seconds: numberOf('--seconds', values.seconds, usual.seconds),
    warmUpSeconds: usual.warmUpSeconds,
    targets: values.only === undefined ? TARGETS : chosen(values.only.split(',')),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  }
}

function numberOf(option: string, text: string | undefined, usual: number): number {
  const value = text === undefined ? usual : Number(text)
  if (!(value > 0)) throw new Error(`${option} takes a number above zero, not ${text}`)
  return value
}

/** The yardstick is always among them: every figure is a ratio to it. */
function chosen(names: readonly string[]): readonly Target[] {
  const unknown = names.find((name) => !TARGETS.some((target) => target.name === name))
  if (unknown !== undefined) {
    throw new Error(`--only does not know "${unknown}": ${TARGETS.map(({ name }) => name).join(', ')}`)
  }
  return TARGETS.filter(({ name }) => name === YARDSTICK || names.includes(name))
}
