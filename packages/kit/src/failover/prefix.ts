import type { Call } from '../wire/call.ts'
import { isObject } from '../wire/json.ts'
import type { ReceivedCall } from '../wire/received-call.ts'

/** As much of a conversation's begin as names it, characters. */
const PREFIX_LENGTH = 4_096

/** Where the dialects have what stands before a conversation, and the conversation. */
const INSTRUCTIONS = ['system', 'instructions', 'systemInstruction', 'system_instruction'] as const
const TURNS = ['messages', 'contents', 'input'] as const

/**
 * What the turns of one conversation have in common, and a provider's prompt cache finds it by: the cache key that the
 * client has chosen, else its instructions and everything up to the first that its user said. Undefined where a request is
 * no conversation.
 */
export function prefixOf(call: Call | ReceivedCall): string | undefined {
  if (!('body' in call)) return undefined
  const { body } = call
  const { prompt_cache_key: chosen } = body
  if (typeof chosen === 'string' && chosen !== '') return chosen
  const turns = TURNS.map((name) => body[name]).find((value) => value !== undefined)
  if (turns === undefined) return undefined
  const begin = Array.isArray(turns) ? turns.slice(0, turns.findIndex(isUsers) + 1) : turns
  return JSON.stringify([INSTRUCTIONS.map((name) => body[name]), begin]).slice(0, PREFIX_LENGTH)
}

/** Gemini's turns without a role are the user's. */
function isUsers(turn: unknown): boolean {
  return isObject(turn) && (turn.role === 'user' || turn.role === undefined)
}
