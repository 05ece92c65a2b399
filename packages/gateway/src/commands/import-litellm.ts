import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { importedKeyHasher } from '@tollgate/kit/directory'
import { stringify } from 'yaml'
import { loadStoreConfig, masterKey, type StoreConfig } from '../config/index.ts'
import { readTree } from '../config/read-tree.ts'
import { importConfig } from '../import/litellm/config.ts'
import { readTables } from '../import/litellm/database.ts'
import { type Note, type Notes, notes } from '../import/litellm/note.ts'
import { type ImportedPeople, importPeople } from '../import/litellm/people.ts'
import { writePeople } from '../import/litellm/write-people.ts'
import { table } from '../say/table.ts'
import { openCommandStore } from '../store/open-store.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'

/** `tollgate import litellm`: go on here with what a LiteLLM proxy has. */
export const importLitellm: Command = {
  name: 'import litellm',
  summary: 'Make a config of a LiteLLM one, and take its teams, users, budgets and keys: they go on working.',
  usage: [
    '--config FILE      the config of LiteLLM',
    '--database-url URL its database, which is only read: postgresql://…',
    '--out FILE         write the config there; keys and users go into its store. Without it the config is printed',
    '--dry-run          tell what would become of everything, and write nothing',
    '--json             tell it as JSON, one a line',
  ],
  options: {
    config: { type: 'string' },
    'database-url': { type: 'string' },
    out: { type: 'string' },
    'dry-run': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(args, world) {
    const file = textOf(args, 'config')
    if (file === undefined) throw new UsageError('name the config of LiteLLM: --config FILE')
    if (textOf(args, 'database-url')?.trim() === '')
      throw new UsageError('--database-url is empty: set the variable that it is made of, or leave it out')
    const found = notes()
    const config = importConfig(readTree(file, world.cwd), world.nowMs(), found)
    const people = await peopleOf(args, world, found)
    const text = stringify({ ...config, ...(people.teams.length > 0 && { teams: people.teams }) })
    if (args.values['dry-run']) tell(args, found.all, world.out)
    else {
      await write(args, world, text, people)
      tell(args, found.all, world.err)
    }
    return 0
  },
}

async function peopleOf(args: Args, world: World, found: Notes): Promise<ImportedPeople> {
  const url = textOf(args, 'database-url')
  if (url === undefined) return { teams: [], users: [], keys: [] }
  return importPeople(await readTables(url), world.nowMs(), found)
}

async function write(args: Args, world: World, text: string, people: ImportedPeople): Promise<void> {
  const out = textOf(args, 'out')
  if (out === undefined) {
    world.out(text.trimEnd())
    if (people.keys.length > 0)
      world.err('no key was taken: name the config to be written with --out, in whose store they are kept')
    return
  }
  writeConfig(resolve(world.cwd, out), text, (said) => world.err(`${out}: ${said}`))
  if (people.keys.length + people.users.length === 0) return
  const { env, cwd, nowMs } = world
  const config = loadStoreConfig({ file: out, env, cwd, withMasterKey: true })
  const store = await openCommandStore(config, { clock: { now: nowMs } })
  try {
    const hasher = importedKeyHasher(masterKeyOf(config))
    const { keys, users } = await writePeople(people, { ...store, config, hasher, nowMs: nowMs() })
    const there = people.keys.length + people.users.length - keys - users
    world.err(`${keys} keys and ${users} users taken, ${there} there already and left as they are`)
  } finally {
    await store.close()
  }
}

/** What somebody has changed since is not theirs to lose. */
function writeConfig(path: string, text: string, say: (said: string) => void): void {
  if (!existsSync(path)) {
    writeFileSync(path, text, { flag: 'wx' })
    say('written')
  } else if (readFileSync(path, 'utf8') === text) say('is as it would be written')
  else say('is there already, and left as it is: without --out the config is printed')
}

function masterKeyOf({ store, masterKey: stated }: StoreConfig): Buffer | string {
  if (store.kind === 'sqlite') return masterKey({ stated, databasePath: store.path }).key
  if (stated !== undefined) return stated
  throw new Error('the master key of these books is not here: set TOLLGATE_MASTER_KEY')
}

const COLUMNS = [{ title: 'WHAT' }, { title: '' }, { title: 'HERE' }]
const SAID: Readonly<Record<Note['status'], string>> = {
  carried: 'as it is',
  changed: 'changed',
  left: 'LEFT OUT',
}

function tell({ values }: Args, all: readonly Note[], out: (line: string) => void): void {
  if (values.json) {
    for (const note of all) out(JSON.stringify(note))
    return
  }
  const order = Object.keys(SAID)
  const sorted = all.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
  for (const text of table(
    COLUMNS,
    sorted.map(({ item, status, text }) => [item, SAID[status], text]),
  ))
    out(text)
  const left = all.filter(({ status }) => status === 'left').length
  out(`${all.length - left} carried, ${left} left out`)
}
