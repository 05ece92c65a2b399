import assert from 'node:assert/strict'
import type { CacheStore, Invalidation } from '../../cache/cache-store.ts'
import type { CacheEntry, CachePlace } from '../../cache/entry.ts'
import { epochOf, epochsOf } from '../../cache/epochs.ts'
import { type Random, randomFrom } from '../ledger/random.ts'
import { type Bench, entryFor, place, type Section } from './bench.ts'

const PLACES: readonly CachePlace[] = ['a', 'b'].flatMap((team) =>
  ['x', 'y'].flatMap((model) =>
    [[], ['t'], ['t', 'u']].map((tags) =>
      place(`share-${team}.${model}${tags.join('')}`, {
        scope: { org: 'acme', accounts: ['org:acme', `team:${team}`] },
        model,
        tags,
      }),
    ),
  ),
)

const INVALIDATIONS: readonly Invalidation[] = [
  { what: 'everything' },
  { what: 'model', model: 'x' },
  { what: 'scope', org: 'acme', account: 'team:a' },
  { what: 'tag', org: 'acme', tag: 't' },
  { what: 'tag', org: 'acme', tag: 'u' },
]

/** What should be there: nothing more may be. */
interface Model {
  readonly kept: Map<string, CacheEntry>
  /** Asked for and not answered yet, with the stamp of then; `stale` once an epoch of it has moved. */
  readonly asked: { readonly at: CachePlace; readonly stamp: string; stale: boolean }[]
}

const STEPS = 400
/** As often as they stand here. */
const STEP_KINDS = ['ask', 'ask', 'ask', 'ask', 'answer', 'answer', 'forget', 'invalidate', 'wait'] as const

export const HISTORIES: Section = Object.fromEntries(
  [1, 2, 3].map((seed) => [
    `holds what a random history on two handles says: seed ${seed}`,
    (bench: Bench) => history(bench, seed),
  ]),
)

async function history({ open, clock }: Bench, seed: number): Promise<void> {
  const random = randomFrom(seed)
  const { here, there } = await open()
  const model: Model = { kept: new Map(), asked: [] }
  for (let step = 1; step <= STEPS; step += 1) {
    const store = random.chance(0.5) ? here : there
    const at = random.pick(PLACES)
    const where = `step ${step}, ${at.id}`
    const what = random.pick(STEP_KINDS)
    if (what === 'ask') await ask(model, store, at, { nowMs: clock.nowMs, where })
    else if (what === 'answer') await answer(model, store, random, clock.nowMs)
    else if (what === 'forget') await forget(model, store, at, { nowMs: clock.nowMs, where })
    else if (what === 'invalidate') await invalidate(model, store, random.pick(INVALIDATIONS))
    else clock.nowMs += random.int(10_000)
  }
}

interface Step {
  readonly nowMs: number
  readonly where: string
}

async function ask(model: Model, store: CacheStore, at: CachePlace, { nowMs, where }: Step): Promise<void> {
  const { entry, stamp } = await store.get(at)
  const kept = model.kept.get(at.id)
  assert.deepEqual(entry, kept && kept.expiresAtMs > nowMs ? kept : undefined, where)
  model.asked.push({ at, stamp, stale: false })
}

/** The answer to something that was asked for, perhaps long ago. */
async function answer(model: Model, store: CacheStore, random: Random, nowMs: number): Promise<void> {
  const [asked] = model.asked.splice(random.int(model.asked.length), 1)
  if (!asked) return
  const { at, stamp, stale } = asked
  const entry = entryFor(at, { expiresAtMs: nowMs + 1_000 * (1 + random.int(30)) })
  await store.put(entry, stamp)
  if (stale) model.kept.delete(at.id)
  else model.kept.set(at.id, entry)
}

async function forget(
  model: Model,
  store: CacheStore,
  at: CachePlace,
  { nowMs, where }: Step,
): Promise<void> {
  const kept = model.kept.get(at.id)
  const had = await store.delete(at.id)
  assert.ok(had || !kept || kept.expiresAtMs <= nowMs, where)
  model.kept.delete(at.id)
}

async function invalidate(model: Model, store: CacheStore, what: Invalidation): Promise<void> {
  await store.invalidate(what)
  const moved = (at: CachePlace) => epochsOf(at).includes(epochOf(what))
  for (const at of PLACES) if (moved(at)) model.kept.delete(at.id)
  for (const asked of model.asked) asked.stale ||= moved(asked.at)
}
