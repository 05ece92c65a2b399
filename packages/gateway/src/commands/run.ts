import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TollgateError } from '@tollgate/kit/core'
import { ConfigError } from '../config/index.ts'
import { nearest } from '../config/nearest.ts'
import { runnable } from '../say/runnable.ts'
import { accessApprove, accessDeny, accessRevoke, accessWithdraw } from './access-decide.ts'
import { accessList } from './access-list.ts'
import { accessRequest } from './access-request.ts'
import { BUDGET_COMMANDS } from './budgets.ts'
import { cacheEvaluate } from './cache-evaluate.ts'
import { cacheInvalidate } from './cache-invalidate.ts'
import { cacheRecord } from './cache-record.ts'
import { cacheShow } from './cache-show.ts'
import { changes } from './changes.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'
import { configCheck } from './config-check.ts'
import { doctor } from './doctor.ts'
import { importLitellm } from './import-litellm.ts'
import { keysChange } from './keys-change.ts'
import { keysCreate } from './keys-create.ts'
import { keysList } from './keys-list.ts'
import { keysRevoke } from './keys-revoke.ts'
import { keysRotate } from './keys-rotate.ts'
import { ledgerExpired } from './ledger-expired.ts'
import { ledgerInit } from './ledger-init.ts'
import { ledgerRecover } from './ledger-recover.ts'
import { ledgerUnbooked } from './ledger-unbooked.ts'
import { pricesShow } from './prices-show.ts'
import { pricesUpdate } from './prices-update.ts'
import { providersForgetKey } from './providers-forget-key.ts'
import { providersList } from './providers-list.ts'
import { providersReseal } from './providers-reseal.ts'
import { providersSetKey } from './providers-set-key.ts'
import { RECORD_COMMANDS } from './record-kinds.ts'
import { routeExplain } from './route-explain.ts'
import { spend } from './spend.ts'
import { start } from './start.ts'
import { refuseTakenByNpm } from './taken-by-npm.ts'

const COMMANDS: readonly Command[] = [
  start,
  keysCreate,
  keysList,
  keysChange,
  keysRotate,
  keysRevoke,
  ...RECORD_COMMANDS,
  ...BUDGET_COMMANDS,
  accessRequest,
  accessApprove,
  accessDeny,
  accessWithdraw,
  accessRevoke,
  accessList,
  changes,
  spend,
  ledgerInit,
  ledgerExpired,
  ledgerUnbooked,
  ledgerRecover,
  pricesShow,
  pricesUpdate,
  providersSetKey,
  providersList,
  providersReseal,
  providersForgetKey,
  cacheShow,
  cacheInvalidate,
  cacheRecord,
  cacheEvaluate,
  routeExplain,
  importLitellm,
  doctor,
  configCheck,
]

const OK = 0
const FAILED = 1
const MISTYPED = 2

/** Run one command line of `tollgate`, without the program's name; resolves with its exit code. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const command = commandOf(argv)
  if (!command) return runNone(argv, world)
  let file: string | undefined
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(command.name.split(' ').length),
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    file = textOf({ values: values as Args['values'], operands: [] }, 'config')
    if (values.help) return print(helpOf(command), world)
    refuseTakenByNpm(command, values, world.env)
    checkOperands(command, positionals)
    return await command.run({ values: values as Args['values'], operands: positionals }, world)
  } catch (error) {
    return fail(error, { command, file, world })
  }
}

/** The longest name that the line begins with. */
function commandOf(argv: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name === argv.slice(0, name.split(' ').length).join(' '))
}

function runNone(argv: readonly string[], world: World): number {
  const [first = '--help'] = argv
  if (first === '--help' || first === '-h' || first === 'help') return print(OVERVIEW, world)
  if (first === '--version') return print([versionHere()], world)
  const words = argv.filter((word) => !word.startsWith('-')).slice(0, 2)
  const typed = words.length > 0 ? words.join(' ') : first
  world.err(`tollgate: ${typed} is not a command: ${cureFor(typed, words[0])}`)
  return MISTYPED
}

function cureFor(typed: string, group: string | undefined): string {
  const names = COMMANDS.map(({ name }) => name)
  const inGroup = names.filter((name) => name.startsWith(`${group} `))
  if (inGroup.length > 0) return `use ${inGroup.join(', ')}`
  const meant = nearest(typed, names)
  return meant === undefined ? 'tollgate --help lists those there are' : `did you mean ${meant}?`
}

function versionHere(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'))
  return `tollgate ${version}, Node ${process.version}`
}

function checkOperands(command: Command, given: readonly string[]): void {
  const { operands = 0 } = command
  if (given.length === operands) return
  const wanted = operandOf(command)
  if (given.length === 0) throw new UsageError(`${wanted} is missing`)
  throw new UsageError(
    `takes ${operands === 0 ? 'nothing' : `one ${wanted}`} besides its options, not ${given.join(' ')}`,
  )
}

/** What help calls that which is named without an option. */
function operandOf({ usage }: Command): string {
  return /^[A-Z]+(?= )/.exec(usage[0] ?? '')?.[0] ?? 'ID'
}

interface Failing {
  readonly command: Command
  /** The config that was named. */
  readonly file: string | undefined
  readonly world: World
}

function fail(error: unknown, { command: { name, options }, file, world }: Failing): number {
  const text = runnable(reasonOf(error), file)
  if (error instanceof ConfigError) {
    for (const problem of text.split('\n')) world.err(problem)
    return FAILED
  }
  if (isMistyped(error)) {
    // Node explains how to write the option after `--`, which says nothing to whoever mistyped one.
    const [said = ''] = text.split('. ')
    const sentence = said + nearOption(said, options)
    world.err(
      `tollgate ${name}: ${sentence}${/[.?]$/.test(sentence) ? '' : '.'} See: tollgate ${name} --help`,
    )
    return MISTYPED
  }
  world.err(`tollgate ${name}: ${text}`)
  return FAILED
}

function nearOption(said: string, options: Command['options']): string {
  const unknown = /^Unknown option '--(.+)'$/.exec(said)?.[1]
  const meant = unknown && nearest(unknown, Object.keys(options))
  return meant === undefined ? '' : `: did you mean --${meant}?`
}

/** A misassembled pipeline says its cure where callers do not read it. */
function reasonOf(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return `${path}: there is no such file`
  if (TollgateError.is(error)) return error.internal ?? error.message
  return error instanceof Error ? error.message : String(error)
}

function isMistyped(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
}

function print(lines: readonly string[], world: World): number {
  for (const text of lines) world.out(text)
  return OK
}

const WIDEST = Math.max(...COMMANDS.map(({ name }) => name.length))

const OVERVIEW: readonly string[] = [
  'Usage: tollgate COMMAND [OPTIONS]',
  '',
  ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(WIDEST)}  ${summary}`),
  '',
  'tollgate COMMAND --help tells what each takes; tollgate --version, which release this is.',
]

function helpOf(command: Command): string[] {
  const { name, summary, usage, operands } = command
  return [
    `Usage: tollgate ${name}${operands ? ` ${operandOf(command)}` : ''} [OPTIONS]`,
    '',
    summary,
    '',
    ...usage.map((text) => `  ${text}`),
  ]
}
