import { TollgateError } from '@tollgate/kit/core'
import { everyRecord, type Kept, type RecordKind } from '@tollgate/kit/directory'
import type { Manage } from '../manage/manage.ts'
import type { RecordOperations } from '../manage/records.ts'
import { table } from '../say/table.ts'
import type { Args, Command, World } from './command.ts'
import { manageHere, operatorHere } from './manage-as.ts'
import { type FieldOption, fieldOptions, fieldUsage, patchOf } from './record-fields.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

export interface RecordCommandsOptions<Kind extends RecordKind> {
  readonly operations: RecordOperations<Kind>
  /** As it is typed: `teams`. */
  readonly plural: string
  readonly fields: readonly FieldOption[]
}

const JSON_USAGE = '--json           print it as JSON'
const OPTIONS = { ...CONFIG_OPTION, json: { type: 'boolean' } } as const

/** `list`, `get`, `set` and `remove` for a kind of record: what the admin API does, on the store itself. */
export function recordCommands<Kind extends RecordKind>(
  options: RecordCommandsOptions<Kind>,
): readonly Command[] {
  const { operations, plural, fields } = options
  const { noun, kind } = operations

  const list: Command = {
    name: `${plural} list`,
    summary: `List the ${plural}, those of the config and those made elsewhere.`,
    usage: [JSON_USAGE.replace('it', 'them').concat(', one a line'), CONFIG_USAGE],
    options: OPTIONS,
    run: (args, world) =>
      withManage(args, world, async ({ directory, org }) => {
        const all = await everyRecord(directory.records, kind, org)
        if (args.values.json) for (const kept of all) world.out(JSON.stringify(objectOf(options, kept)))
        else for (const text of rows(options, all)) world.out(text)
      }),
  }
  const get: Command = {
    name: `${plural} get`,
    summary: `Tell all of a ${noun}.`,
    usage: [JSON_USAGE, CONFIG_USAGE],
    options: OPTIONS,
    operands: 1,
    run: (args, world) =>
      withManage(args, world, async (manage) =>
        show(options, args, world, await operations.get(manage, args.operands[0]!)),
      ),
  }
  const set: Command = {
    name: `${plural} set`,
    summary: `Make a ${noun}, or change what is named of it; running gateways go by it within a second.`,
    usage: [
      ...fieldUsage(fields),
      '--clear OPTION   take away what one of these says; may be given again',
      JSON_USAGE,
      CONFIG_USAGE,
    ],
    options: { ...OPTIONS, ...fieldOptions(fields), clear: { type: 'string', multiple: true } },
    operands: 1,
    run(args, world) {
      const patch = patchOf(args, fields)
      return withManage(args, world, async (manage) =>
        show(options, args, world, await put(options, manage, args, patch)),
      )
    },
  }
  const remove: Command = {
    name: `${plural} remove`,
    summary: `Remove a ${noun}. What it has spent stays in the books.`,
    usage: [CONFIG_USAGE],
    options: CONFIG_OPTION,
    operands: 1,
    run: (args, world) =>
      withManage(args, world, async (manage) => {
        const id = args.operands[0]!
        await operations.remove(manage, operatorHere(), { id })
        world.out(`removed ${id}`)
      }),
  }
  return [list, get, set, remove]
}

/** What a command does with the objects of a store; what it did is said by then. */
export async function withManage(
  args: Args,
  world: World,
  work: (manage: Manage) => Promise<void>,
): Promise<number> {
  await withStore(args, world, {}, (store, config) => work(manageHere(store, config, world)))
  return 0
}

/** Change what is there; make what is not. */
async function put<Kind extends RecordKind>(
  { operations }: RecordCommandsOptions<Kind>,
  manage: Manage,
  { operands: [id = ''] }: Args,
  patch: Record<string, unknown>,
): Promise<Kept<Kind>> {
  try {
    return await operations.change(manage, operatorHere(), { id }, patch)
  } catch (error) {
    if (!TollgateError.is(error) || error.code !== 'not_found') throw error
    const fields = Object.entries(patch).filter(([, value]) => value !== null)
    return operations.create(manage, operatorHere(), id, Object.fromEntries(fields))
  }
}

function show<Kind extends RecordKind>(
  options: RecordCommandsOptions<Kind>,
  args: Args,
  { out }: World,
  kept: Kept<Kind>,
): void {
  const object = objectOf(options, kept)
  if (args.values.json) return out(JSON.stringify(object))
  const lines = Object.entries(object).map(
    ([name, value]) => [name.replaceAll('_', ' '), cell(value)] as const,
  )
  const widest = Math.max(...lines.map(([name]) => name.length))
  for (const [name, text] of lines) out(`${name.padEnd(widest)}  ${text}`)
}

function objectOf<Kind extends RecordKind>(
  { operations }: RecordCommandsOptions<Kind>,
  { id, value, owner, revision }: Kept<Kind>,
): Record<string, unknown> {
  return { id, ...operations.shape.write(value), owner, revision }
}

function rows<Kind extends RecordKind>(
  options: RecordCommandsOptions<Kind>,
  all: readonly Kept<Kind>[],
): readonly string[] {
  const names = ['id', ...options.fields.map(({ field }) => field), 'owner']
  const columns = names.map((name) => ({ title: name.replaceAll('_', ' ').toUpperCase() }))
  return table(
    columns,
    all.map((kept) => {
      const object = objectOf(options, kept)
      return names.map((name) => cell(object[name]))
    }),
  )
}

function cell(value: unknown): string {
  if (value === undefined) return '-'
  if (Array.isArray(value)) return value.join(',') || '-'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
