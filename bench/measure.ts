import { CHAT_PATH, JSON_ANSWER, JSON_REQUEST, STREAM_ANSWER_BYTES, STREAM_REQUEST } from './exchange.ts'
import type { Asked, LoadOrder, LoadReport } from './load.ts'
import type { BenchProcess } from './processes/start-process.ts'
import type { TargetAddress, TargetQuestion, TargetUse } from './targets/target.ts'

/** Callers at saturation: enough that a target is never idle, few enough that none of them waits in line for long. */
const CONNECTIONS = 32
/** The fixed rate at which latency is looked at: far from saturation, as a gateway should be run. */
export const PER_SECOND = 200
/** What a target does after its last answer (settling, writing down) belongs to the requests before. */
const AFTERMATH_MS = 200

export type Kind = 'json' | 'stream'

/** What one target did in one round. */
export interface TargetFigures {
  readonly json: Saturated
  readonly stream: Saturated
  readonly jsonAtRate: LoadReport
  readonly streamAtRate: LoadReport
}

export interface Saturated {
  readonly cpuMicrosPerRequest: number
  readonly requestsPerSecond: number
  /** How much of one core the target used: far below 1, and what limited it was not the target. */
  readonly busy: number
}

/** The same without a target: what the load and the provider alone take. */
export type DirectFigures = Pick<TargetFigures, 'jsonAtRate' | 'streamAtRate'>

/** One after another, since each has the machine for itself. */
export async function measureTarget(
  load: BenchProcess,
  target: BenchProcess,
  address: TargetAddress,
  ms: number,
): Promise<TargetFigures> {
  const json = await saturate(load, target, orderOf(address, 'json'), ms)
  const jsonAtRate = await atRate(load, address, 'json', ms)
  const stream = await saturate(load, target, orderOf(address, 'stream'), ms)
  const streamAtRate = await atRate(load, address, 'stream', ms)
  return { json, jsonAtRate, stream, streamAtRate }
}

export async function measureDirect(
  load: BenchProcess,
  address: TargetAddress,
  ms: number,
): Promise<DirectFigures> {
  return {
    jsonAtRate: await atRate(load, address, 'json', ms),
    streamAtRate: await atRate(load, address, 'stream', ms),
  }
}

/** Ask a target as fast as it answers, and see what it used. */
export async function saturate(
  load: BenchProcess,
  target: BenchProcess,
  asking: Pick<LoadOrder, 'url' | 'asked'>,
  ms: number,
): Promise<Saturated> {
  const before = await useOf(target)
  const order: LoadOrder = { ...asking, pace: { connections: CONNECTIONS }, ms }
  const { requests, elapsedMs } = await load.ask<LoadReport>(order)
  await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS))
  const cpuMicros = (await useOf(target)).cpuMicros - before.cpuMicros
  return {
    cpuMicrosPerRequest: cpuMicros / requests,
    requestsPerSecond: (requests / elapsedMs) * 1000,
    busy: cpuMicros / (elapsedMs * 1000),
  }
}

function atRate(load: BenchProcess, address: TargetAddress, kind: Kind, ms: number): Promise<LoadReport> {
  return load.ask({ ...orderOf(address, kind), pace: { perSecond: PER_SECOND }, ms } satisfies LoadOrder)
}

/** What the load is to ask this target. */
export function orderOf({ url, authorization }: TargetAddress, kind: Kind): Pick<LoadOrder, 'url' | 'asked'> {
  return { url, asked: askedOf(kind, authorization) }
}

/** The one conversation of the bench, as JSON or as a stream. */
export function askedOf(kind: Kind, authorization: string): Asked {
  const shape =
    kind === 'json'
      ? { body: JSON_REQUEST, leastBytes: JSON_ANSWER.length }
      : { body: STREAM_REQUEST, leastBytes: STREAM_ANSWER_BYTES }
  return { path: CHAT_PATH, headers: { authorization }, ...shape }
}

export function useOf(target: BenchProcess): Promise<TargetUse> {
  return target.ask('use' satisfies TargetQuestion)
}
