import type { ConversationEndpoint } from '../endpoint.ts'
import type { Seal } from './part.ts'

/**
 * A seal on its way through a client of another dialect, in that dialect's own opaque field:
 * `tollgate:<from>:<kind or ->:<base64url(id)>:<value>`. Clients send such fields back as they came, so that a conversation
 * keeps its thoughts from turn to turn, whichever dialect it is held in.
 */
const WRAPPED = /^tollgate:(chat|responses|messages|generate):([^:]*):([A-Za-z0-9_-]*):/

export function wrapSeal({ from, kind = '-', id = '', value }: Seal): string {
  return `tollgate:${from}:${kind}:${Buffer.from(id).toString('base64url')}:${value}`
}

/** Read an opaque field back: a seal that was wrapped, or one of the dialect that the field itself belongs to. */
export function unwrapSeal(text: string, fallback: ConversationEndpoint): Seal {
  const [prefix, from, kind, id] = WRAPPED.exec(text) ?? []
  if (prefix === undefined) return { from: fallback, value: text }
  return {
    from: from as ConversationEndpoint,
    value: text.slice(prefix.length),
    ...(kind && kind !== '-' ? { kind } : {}),
    ...(id ? { id: Buffer.from(id, 'base64url').toString() } : {}),
  }
}
