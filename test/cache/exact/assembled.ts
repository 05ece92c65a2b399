import { randomBytes } from 'node:crypto'
import { auditLog } from '@tollgate/kit'
import type { AuditRecord } from '@tollgate/kit/audit'
import { type CacheStore, memoryCache } from '@tollgate/kit/cache'
import type { Middleware } from '@tollgate/kit/core'
import { type SemanticCacheOptions, semanticCache } from '@tollgate/kit/stages/semantic-cache'
import { FORMATS, type Routes } from '@tollgate/kit/wire'
import { expect } from 'vitest'
import { type Assembly, type AssemblyOptions, assemble } from '../../support/assembly.ts'

const chat = FORMATS.find(({ endpoint }) => endpoint === 'chat')!

export interface CachedOptions extends Omit<AssemblyOptions, 'between'> {
  readonly between?: readonly Middleware[]
  readonly cache?: Partial<SemanticCacheOptions>
}

export interface Cached extends Assembly {
  readonly store: CacheStore
  /** What the audit trail has kept, in order. */
  readonly records: readonly AuditRecord[]
  /** POST a chat completion, whose answer is read to its end. */
  ask(more?: object, init?: RequestInit): Promise<Asked>
}

export interface Asked {
  readonly status: number
  readonly cache: string | null
  readonly headers: Headers
  readonly text: string
}

export const QUESTION = {
  model: 'gpt-4o-mini',
  temperature: 0,
  messages: [{ role: 'user', content: 'Which way to the toll bridge?' }],
} as const

/** A gateway with a cache before its budgets. */
export async function cached({ cache = {}, between = [], ...options }: CachedOptions = {}): Promise<Cached> {
  const store = cache.store ?? memoryCache()
  const records: AuditRecord[] = []
  const audit = auditLog({ sinks: [{ name: 'kept', write: async (some) => void records.push(...some) }] })
  const secret = randomBytes(32)
  const stageOn = (routes: Routes) =>
    semanticCache({ secret, policy: { mode: 'exact' }, routes, ...cache, store })
  const assembly = await assemble({
    ...options,
    before: [audit, ...(options.before ?? [])],
    between: (routes) => [...between, stageOn(routes)],
  })
  return Object.assign(assembly, {
    store,
    records,
    async ask(more: object = {}, init: RequestInit = {}) {
      const response = await assembly.post('/chat/completions', { ...QUESTION, ...more }, init)
      const { status, headers } = response
      return { status, headers, cache: headers.get('x-tollgate-cache'), text: await response.text() }
    },
  })
}

/** What an answer says, in no dialect: without its id and its time, which each one has of its own. */
export function said(text: string): unknown {
  const { id, createdAtSec, ...rest } = chat.translation!.readAnswer(JSON.parse(text))
  expect(id).toMatch(/^chatcmpl-/)
  expect(createdAtSec).toBeGreaterThan(0)
  return rest
}
