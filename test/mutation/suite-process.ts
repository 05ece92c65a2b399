/**
 * Holds a ledger from a copy of the kit to the copy's own conformance suite, in a process of its own: a bug may hang it,
 * or worse. Arguments: the folder of the copy; `sqlite`, or the URL of a Redis; and `first` to stop at the first part of
 * the suite that finds something. Prints what each part found, as JSON, a line each.
 */
import { deepStrictEqual, partialDeepStrictEqual } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The parts of the suite, the quickest first: sentences, the model, and histories that know no model. */
const LAYERS = ['contract', 'in step', 'history'] as const
type Layer = (typeof LAYERS)[number]

/** By the sentence under which the suite describes them. */
function layerOf(section: string): Layer {
  if (section.startsWith('a history')) return 'history'
  return section.startsWith('random histories') ? 'in step' : 'contract'
}

const [copy = '', store = '', until] = process.argv.slice(2)
const load = (path: string) => import(pathToFileURL(join(copy, 'src', path)).href)
const { ledgerConformance } = await load('conformance/ledger.ts')

let operations = 0
let books = 0

/** The same ledger, with its commands counted. */
function counted(ledger: object): object {
  return new Proxy(ledger, {
    get(target, name) {
      operations += 1
      return Reflect.get(target, name)
    },
  })
}

type Open = () => { close(): Promise<void> }
type OpenBooks = (request: { readonly clock: object }) => Promise<Open>

async function sqliteBooks(): Promise<OpenBooks> {
  const { sqliteLedger } = await load('ledger/sqlite/index.ts')
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-mutant-books-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return async (request) => {
    const path = join(folder, `${books++}.db`)
    return () => sqliteLedger(path, request)
  }
}

async function redisBooks(url: string): Promise<OpenBooks> {
  const { initRedisLedger, redisLedger } = await load('ledger/redis/index.ts')
  return async (request) => {
    const prefix = `${basename(copy)}-${books++}`
    await initRedisLedger(url, { prefix, orgs: ['acme', 'globex'], clock: request.clock })
    return () => redisLedger(url, { ...request, prefix, deadlineMs: 20_000 })
  }
}

const openBooks = store === 'sqlite' ? await sqliteBooks() : await redisBooks(store)

async function makeLedger(request: { readonly clock: object }) {
  const open = await openBooks(request)
  let ledger = open()
  const reopen = async () => {
    await ledger.close()
    ledger = open()
    return counted(ledger)
  }
  return { ledger: counted(ledger), reopen }
}

interface Test {
  readonly layer: Layer
  readonly name: string
  readonly body: () => Promise<void>
}

const tests: Test[] = []
let section = ''

ledgerConformance(
  {
    describe(name: string, body: () => void) {
      section = name
      body()
    },
    it(name: string, body: () => Promise<void>) {
      tests.push({ layer: layerOf(section), name: `${section}: ${name}`, body })
    },
    expect: (value: unknown) => ({
      toEqual: (expected: unknown) => deepStrictEqual(value, expected),
      toMatchObject: (expected: object) => partialDeepStrictEqual(value, expected),
    }),
  },
  makeLedger,
  { histories: 3, operations: 6000 },
)

async function firstKill(layer: Layer): Promise<object | undefined> {
  operations = 0
  for (const { name, body } of tests.filter((test) => test.layer === layer)) {
    try {
      await body()
    } catch {
      return { layer, test: name, operations }
    }
  }
  return undefined
}

for (const layer of LAYERS) {
  const kill = await firstKill(layer)
  if (kill) console.log(JSON.stringify(kill))
  if (kill && until === 'first') break
}
// What a bug has left open must not keep the process.
process.exit(0)
