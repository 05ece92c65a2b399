import type { JsonObject } from '../../json.ts'
import type { Finish, FinishReason } from '../../neutral/answer.ts'

const READ: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  pause_turn: 'pause',
  refusal: 'refusal',
}

/** https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
export function readFinish(reason: unknown, sequence: unknown): Finish {
  return {
    reason: READ[String(reason)] ?? 'stop',
    ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
  }
}

/** Anthropic has no reason for an answer that failed in the middle: as one that was cut, no client takes it for whole. */
const WRITTEN: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  pause: 'pause_turn',
  refusal: 'refusal',
  content_filter: 'refusal',
  error: 'max_tokens',
}

/**
 * Why an answer ended, as fields of it.
 *
 * @param refusal What the model has said instead of an answer: Anthropic tells it here, and not as content.
 */
export function writeFinish({ reason, stopSequence }: Finish, refusal: string | undefined): JsonObject {
  const stopped = stopSequence === undefined ? WRITTEN[reason] : 'stop_sequence'
  const refused = refusal !== undefined || stopped === 'refusal'
  return {
    stop_reason: refused ? 'refusal' : stopped,
    stop_sequence: stopSequence ?? null,
    stop_details: refused ? { type: 'refusal', category: null, explanation: refusal ?? null } : null,
  }
}
