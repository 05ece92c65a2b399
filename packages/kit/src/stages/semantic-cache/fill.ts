import type { IncomingMessage } from 'node:http'
import { encodeEntry } from '../../cache/codec.ts'
import type { CacheEntry, CachePlace } from '../../cache/entry.ts'
import type { ForgivingStore } from '../../cache/forgiving-store.ts'
import type { InsertAllowance } from '../../cache/insert-allowance.ts'
import { notKept } from '../../cache/keepable.ts'
import type { Recording } from '../../cache/recording.ts'
import type { SemanticLookup } from '../../cache/semantic-lookup.ts'
import { uuidv7 } from '../../core/ids.ts'
import { nanoUsd } from '../../core/money.ts'
import { warn } from '../../core/warn.ts'
import { chargeOn, type Toll } from '../../toll/toll.ts'
import type { Deployment } from '../../wire/routes.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { attempts } from '../provider-failover/slots.ts'
import type { Plan } from './plan.ts'

/** The largest answer that is kept, bytes. */
const MAX_ENTRY_BYTES = 256 * 1024

export interface FillOptions {
  readonly store: ForgivingStore
  readonly inserts: InsertAllowance
  readonly recording: Recording
  /** The second tier, where there is one. */
  readonly semantic: SemanticLookup | undefined
  /** Of the epochs before anybody was asked. */
  readonly stamp: string
  readonly nowMs: number
}

/** Keep an answer that has come to its own end; undefined where there is none, or where it must not be kept. */
export async function fill(
  req: IncomingMessage,
  plan: Plan,
  { store, inserts, recording, semantic, stamp, nowMs }: FillOptions,
): Promise<CacheEntry | undefined> {
  const answer = recording.answer()
  const toll = tollSlot.peek(req)
  if (!answer || toll?.stopped || toll?.cut || notKept(answer, plan.controls.policy)) return undefined
  const deployment = servedBy(req, plan)
  const kept = deployment && (await placeFor(plan, deployment, { store, stamp }))
  if (!kept) return undefined
  const ttlMs = ttlOf(plan, semantic)
  const entry: CacheEntry = {
    ...kept.place,
    version: uuidv7(nowMs),
    answer,
    provider: deployment.provider.name,
    costNanoUsd: nanoUsd(costOf(toll)),
    askedBy: plan.askedBy(),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + Math.ceil(ttlMs * (1 - jitterOf(kept.place.id))),
  }
  const text = encodeEntry(entry)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_ENTRY_BYTES || !inserts.admit(entry, bytes)) return undefined
  return (await store.put(entry, kept.stamp, text)) ? entry : undefined
}

/** What is asked of now is kept for a moment only, where anybody looks at what is said at all. */
function ttlOf({ controls, key }: Plan, semantic: SemanticLookup | undefined): number {
  const { mode, ttlMs } = controls.policy
  const said = mode === 'semantic' ? key.semantic()?.text : undefined
  return said === undefined ? ttlMs : Math.min(ttlMs, semantic?.keepsFor?.(said) ?? ttlMs)
}

/** Who gave the answer: where a provider stage says so, whoever answered it last. */
function servedBy(req: IncomingMessage, { deployments }: Plan): Deployment | undefined {
  const made = attempts.peek(req)
  if (!made) return deployments[0]
  const answered = made.findLast(({ outcome }) => outcome === 'answered')
  const found = deployments.find(
    ({ provider, model }) => provider.name === answered?.provider && model === answered.model,
  )
  if (answered && !found) warnUnknown(`${answered.provider}/${answered.model}`)
  return found
}

const warned = new Set<string>()

/** Nothing would ever be kept, and nobody would know why: once for each. */
function warnUnknown(deployment: string): void {
  if (warned.has(deployment) || warned.size > 100) return
  warned.add(deployment)
  warn(
    'TOLLGATE_CACHE',
    `${deployment} has answered, which semantic-cache does not know of: its answers are not kept. Give it the routes of provider-failover.`,
  )
}

/**
 * An answer is kept under the model that gave it. Of another one than was to be asked first, the epochs are only known now:
 * an invalidation of just that model in just the time that it took to answer is missed.
 */
async function placeFor(
  { deployments, place, placeAt }: Plan,
  deployment: Deployment,
  { store, stamp }: Pick<FillOptions, 'store' | 'stamp'>,
): Promise<{ readonly place: CachePlace; readonly stamp: string } | undefined> {
  if (deployment === deployments[0]) return { place, stamp }
  const other = placeAt(deployment)
  if (!other) return undefined
  if (other.id === place.id) return { place, stamp }
  const found = await store.get(other)
  return found === 'unreachable' ? undefined : { place: other, stamp: found.stamp }
}

/** What the answer itself cost: attempts that were lost before it are no part of it. Nano-USD. */
function costOf(toll: Toll | undefined): number {
  const charged = toll && chargeOn(toll)
  return charged ? Math.max(0, charged.nanoUsd - (toll.lostAttempts?.nanoUsd ?? 0)) : 0
}

/** Up to a tenth, and always the same for one place: what is kept together does not all go together. */
function jitterOf(id: string): number {
  return (Buffer.from(id.slice(-4), 'base64url').readUInt16BE() / 0xffff) * 0.1
}
