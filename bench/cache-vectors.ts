import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { inProcessIndex, quantise, type Vector } from '@tollgate/kit/cache/vectors'
import { clusteredVectors } from './clustered-vectors.ts'
import { markdownTable } from './markdown.ts'
import { quantile } from './statistics.ts'

/** How fast the nearest of so many vectors is found, and what one of them takes: `node bench/cache-vectors.ts` after a build. */
const WORLDS = [10_000, 20_000, 100_000].flatMap((rows) =>
  [384, 1_536].map((dimensions) => ({ rows, dimensions })),
)

interface World {
  readonly rows: number
  readonly dimensions: number
}

interface Figures {
  /** Of a search each, ms. */
  readonly wasm: readonly number[]
  readonly js: readonly number[]
  readonly plain: readonly number[]
  /** How often the search has found what the plain scan finds, of all queries. */
  readonly recall: number
  readonly bytesPerRow: number
}

const SEARCHES = 200
/** The plain scan is slow, and its time does not vary. */
const PLAIN_SEARCHES = 15
const WARM_UP = 50

/** Each world in a process of its own, so that its memory is its own. */
async function report(): Promise<string> {
  const rows: string[][] = []
  for (const world of WORLDS) {
    const child = fork(import.meta.filename, [JSON.stringify(world)])
    const [figures] = (await once(child, 'message')) as [Figures]
    await once(child, 'exit')
    rows.push(rowOf(world, figures))
    process.stderr.write(`${rows.at(-1)!.join(' · ')}\n`)
  }
  const columns = [
    'vectors',
    'ms, p50',
    'p99',
    'in JavaScript, p50',
    'plain scan, p50',
    'times faster',
    'recall@1',
    'bytes/row',
  ]
  const load = loadavg()
    .map((average) => average.toFixed(1))
    .join(', ')
  return `${markdownTable(columns, rows)}\n\nNode ${process.version}, ${cpus()[0]?.model}, load ${load}.`
}

function rowOf({ rows, dimensions }: World, { wasm, js, plain, recall, bytesPerRow }: Figures): string[] {
  const [fast, slow] = [quantile(wasm, 0.5), quantile(plain, 0.5)]
  return [
    `${rows.toLocaleString('en')} × ${dimensions}`,
    ...[fast, quantile(wasm, 0.99), quantile(js, 0.5), slow].map((ms) => ms.toFixed(3)),
    (slow / fast).toFixed(0),
    recall.toFixed(3),
    bytesPerRow.toFixed(0),
  ]
}

async function measure({ rows, dimensions }: World): Promise<Figures> {
  const { rows: floats, queries } = clusteredVectors({ seed: 7, rows, dimensions, queries: SEARCHES })

  const before = process.memoryUsage().rss
  const index = await filled('wasm', floats)
  const bytesPerRow = (process.memoryUsage().rss - before) / rows
  const asked = queries.map(vectorOf)
  const wasm = timed(asked, (query) => index.nearest('p', query, 4))
  const found = asked.slice(0, PLAIN_SEARCHES).map((query) => index.nearest('p', query, 1)[0])
  const inScript = await filled('js', floats)
  const js = timed(asked.slice(0, WARM_UP), (query) => inScript.nearest('p', query, 4))
  const best: number[] = []
  const plain = timed(
    queries.slice(0, PLAIN_SEARCHES),
    (query) => void best.push(plainScan(floats, query)),
    0,
  )
  const right = found.filter((neighbour, at) => neighbour?.id === `e${best[at]}`).length
  return { wasm, js, plain, recall: right / PLAIN_SEARCHES, bytesPerRow }
}

async function filled(kernel: 'wasm' | 'js', floats: readonly Float32Array[]) {
  const index = inProcessIndex({ kernel, maxRows: floats.length, maxScanMs: 100, maxBytes: 2 ** 30 })
  for (const [at, values] of floats.entries())
    await index.put('p', { id: `e${at}`, vector: vectorOf(values) })
  return index
}

/** What one would write first: the best product of floats. */
function plainScan(rows: readonly Float32Array[], query: Float32Array): number {
  let [best, bestRow] = [Number.NEGATIVE_INFINITY, -1]
  for (let row = 0; row < rows.length; row += 1) {
    const values = rows[row]!
    let product = 0
    for (let at = 0; at < values.length; at += 1) product += values[at]! * query[at]!
    if (product > best) [best, bestRow] = [product, row]
  }
  return bestRow
}

/** How long each took, ms. */
function timed<Query>(
  queries: readonly Query[],
  search: (query: Query) => unknown,
  warmUp = WARM_UP,
): number[] {
  for (const query of queries.slice(0, warmUp)) search(query)
  return queries.map((query) => {
    const startedMs = performance.now()
    search(query)
    return performance.now() - startedMs
  })
}

function vectorOf(values: Float32Array): Vector {
  const quantised = quantise(values, values.length)
  if (quantised.status === 'invalid') throw new Error(quantised.why)
  return quantised.vector
}

const [, , world] = process.argv
if (world === undefined) console.log(await report())
else process.send!(await measure(JSON.parse(world)))
