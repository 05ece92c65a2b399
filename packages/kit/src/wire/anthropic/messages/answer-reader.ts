import { isObject, type JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import type { RefusalPart } from '../../neutral/part.ts'
import { readContent } from './content-reader.ts'
import { readFinish } from './stop-reason.ts'
import { readUsage } from './usage.ts'

/** Anthropic does not say when it has made an answer. */
export const NO_TIME = 0

/**
 * A message as an answer: https://platform.claude.com/docs/en/api/messages/create
 *
 * @throws SyntaxError when it is no message.
 */
export function readAnswer(body: JsonObject): Answer {
  const { id, model, content, usage } = body
  if (typeof id !== 'string' || typeof model !== 'string' || !Array.isArray(content))
    throw new SyntaxError('Not a message: id, model or content is missing')
  const parts = [...readContent(content, 'content'), ...readRefusal(body.stop_details)]
  const tier = isObject(usage) ? usage.service_tier : undefined
  return {
    id,
    model,
    createdAtSec: NO_TIME,
    choices: [{ parts, finish: readFinish(body.stop_reason, body.stop_sequence) }],
    usage: readUsage(usage, model),
    ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
  }
}

/** Why a request was declined, where it is told: https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback */
export function readRefusal(details: unknown): RefusalPart[] {
  const text = isObject(details) ? details.explanation : undefined
  return typeof text === 'string' ? [{ type: 'refusal', text }] : []
}
