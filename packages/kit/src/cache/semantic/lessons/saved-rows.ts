import { isObject, type JsonObject } from '../../../core/json-object.ts'
import type { Learnt, Memory, NamedGroup } from '../learnt.ts'
import { type Evidence, packEvidence, unpackEvidence } from '../rule/evidence.ts'
import type { GroupState } from '../rule/group.ts'
import type { GroupName } from './lesson.ts'
import type { SavedRow } from './lesson-store.ts'

/** What the rows of a book mean: another meaning is another number, and those of the one before are not found any more. */
export const LAYOUT = 1

/** What a row says. */
export type Remembered =
  | { readonly of: 'group'; readonly group: GroupName; readonly state: GroupState; readonly atMs: number }
  | RememberedEntry
  /** The last batch of each process that is in the rows. */
  | { readonly of: 'tellers'; readonly numbers: readonly (readonly [by: string, number: number])[] }

interface RememberedEntry {
  readonly of: 'entry'
  readonly group: GroupName
  readonly id: string
  readonly version: string
  readonly partition: string
  readonly vouchedFor: boolean
  readonly evidence: Evidence | undefined
  /** Of its group, when this was saved: each later one has halved what is believed of it. */
  readonly doubts: number
  readonly expiresAtMs: number
  readonly atMs: number
}

const nameOf = ({ org, accounts, model }: GroupName): GroupName => ({ org, accounts, model })

export function groupRow(named: NamedGroup, expiresAtMs: number): SavedRow {
  const name = nameOf(named)
  const text = { of: 'group', group: name, state: named.group.state(), atMs: named.taughtMs }
  return { key: `group ${JSON.stringify(name)}`, text: JSON.stringify(text), expiresAtMs }
}

export function entryRow({ in: named, belief, taughtMs: atMs, ...learnt }: Learnt): SavedRow {
  const { id, version, partition, vouchedFor, expiresAtMs } = learnt
  const text = {
    of: 'entry',
    group: nameOf(named),
    id,
    version,
    partition,
    vouchedFor,
    expiresAtMs,
    atMs,
    doubts: named.group.doubts,
    evidence: belief.evidence && packEvidence(belief.evidence).toString('base64'),
  }
  return { key: `entry ${id}`, text: JSON.stringify(text), expiresAtMs }
}

export function tellersRow(numbers: ReadonlyMap<string, number>, expiresAtMs: number): SavedRow {
  const text = { of: 'tellers', numbers: [...numbers] }
  return { key: 'tellers', text: JSON.stringify(text), expiresAtMs }
}

/** The last batch of each process that rows have. */
export function tellersIn(rows: readonly Remembered[]): readonly (readonly [by: string, number: number])[] {
  return rows.flatMap((row) => (row.of === 'tellers' ? row.numbers : []))
}

/** Undefined of a text that is none: it is as if nothing had been saved. */
export function readRow({ text }: SavedRow): Remembered | undefined {
  try {
    const said: unknown = JSON.parse(text)
    if (!isObject(said) || !isRow(said)) return undefined
    const evidence =
      typeof said.evidence === 'string' ? unpackEvidence(Buffer.from(said.evidence, 'base64')) : undefined
    return { ...said, evidence } as unknown as Remembered
  } catch {
    return undefined
  }
}

/** What another release may have left out, or meant otherwise, would throw wherever it is used. */
function isRow({ of, group, state, numbers, id, doubts, expiresAtMs }: JsonObject): boolean {
  if (of === 'tellers') return Array.isArray(numbers) && numbers.every(Array.isArray)
  if (!isObject(group) || !Array.isArray(group.accounts)) return false
  if (of === 'entry')
    return typeof id === 'string' && typeof doubts === 'number' && typeof expiresAtMs === 'number'
  return of === 'group' && isObject(state) && isObject(state.audit) && isPool(state.pool)
}

function isPool(pool: unknown): boolean {
  if (!isObject(pool) || !Array.isArray(pool.slopes)) return false
  return [pool.mean, pool.spread, ...pool.slopes].every(Number.isFinite)
}

/** Go on from what rows say: groups first, as their entries' evidence is believed by them. */
export function remember(memory: Memory, rows: readonly Remembered[]): void {
  for (const row of rows) {
    if (row.of !== 'group') continue
    const named = memory.group(row.group)
    named.group.resume(row.state)
    named.taughtMs = row.atMs
  }
  for (const row of rows) if (row.of === 'entry') rememberEntry(memory, row)
}

function rememberEntry(memory: Memory, row: RememberedEntry): void {
  const { id, group, partition, version, evidence, vouchedFor, expiresAtMs, atMs, doubts } = row
  const { org, accounts, model } = group
  const learnt = memory.of({ id, scope: { org, accounts }, model, tags: [] }, partition, version)
  Object.assign(learnt, { vouchedFor, expiresAtMs, taughtMs: atMs })
  if (!evidence) return
  learnt.belief.evidence = evidence
  learnt.in.group.remember(learnt.belief, doubts)
}
