import type { Dialect } from '@tollgate/testing'
import type { RawRequest } from '../../support/raw.ts'

/** One request, as it goes over the wire. */
export interface Attempt extends Partial<RawRequest> {
  readonly path: string
}

/** What is tried in a dialect, by somebody whose tier has these models. */
export interface Trial {
  readonly dialect: Dialect
  readonly mine: readonly string[]
  readonly attempts: readonly Attempt[]
}

export const messages = [{ role: 'user', content: 'hi' }]

export const json = (value: unknown): string => JSON.stringify(value)
export const chat = (model: unknown, more: object = {}): string =>
  json({ model, messages, max_tokens: 8, ...more })
export const at =
  (path: string) =>
  (body: string): Attempt => ({ path, body })
export const toChat = at('/v1/chat/completions')
