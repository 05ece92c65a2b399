import type { ConversationEndpoint } from '../endpoint.ts'
import type { Seal } from './part.ts'

/**
 * A seal on its way through a client of another dialect, in that dialect's own opaque field:
 * `tollgate:<from>@<base64url(by)>:<kind or ->:<base64url(id)>:<value>`, without the `@` where nobody in particular sealed it. Clients
 * send such fields back as they came, so that a conversation keeps its thoughts from turn to turn, whichever dialect it is
 * held in.
 */
const WRAPPED =
  /^tollgate:(chat|responses|messages|generate|converse)(?:@([A-Za-z0-9_-]+))?:([^:]*):([A-Za-z0-9_-]*):/

export function wrapSeal({ from, kind = '-', id = '', by, value }: Seal): string {
  const sealer = by === undefined ? '' : `@${encoded(by)}`
  return `tollgate:${from}${sealer}:${kind}:${encoded(id)}:${value}`
}

/** Whether a field holds a seal that was wrapped: nothing that a provider could read. */
export function isWrapped(text: unknown): boolean {
  return typeof text === 'string' && WRAPPED.test(text)
}

/** Read an opaque field back: a seal that was wrapped, or one of the dialect that the field itself belongs to. */
export function unwrapSeal(text: string, fallback: ConversationEndpoint): Seal {
  const [prefix, from, by, kind, id] = WRAPPED.exec(text) ?? []
  if (prefix === undefined) return { from: fallback, value: text }
  return {
    from: from as ConversationEndpoint,
    value: text.slice(prefix.length),
    ...(kind && kind !== '-' ? { kind } : {}),
    ...(id ? { id: decoded(id) } : {}),
    ...(by ? { by: decoded(by) } : {}),
  }
}

const encoded = (text: string) => Buffer.from(text).toString('base64url')
const decoded = (text: string) => Buffer.from(text, 'base64url').toString()
