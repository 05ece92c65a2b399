import { at, json, messages, type Trial } from './attempt.ts'

export const HAIKU = 'claude-haiku-4-5'
const OPUS = 'claude-opus-4-5'
export const message = (model: unknown): string => json({ model, messages, max_tokens: 8 })
export const ANTHROPIC: Trial = {
  dialect: 'anthropic',
  mine: [HAIKU],
  attempts: [
    ...[
      OPUS,
      'Claude-Opus-4-5',
      `${OPUS}-20251101`,
      `anthropic/${OPUS}`,
      `anthropic.${OPUS}-v1:0`,
      `us.anthropic.${OPUS}`,
      `${OPUS}@20251101`,
      `${HAIKU}/../${OPUS}`,
      ` ${OPUS}`,
      [OPUS],
      null,
    ].map((model) => at('/v1/messages')(message(model))),
    at('/v1/messages/count_tokens')(message(OPUS)),
    at('/v1/anthropic/v1/messages')(message(OPUS)),
    at('/v1/messages')(message(HAIKU).replace('{', `{"model":"${OPUS}",`)),
    at('/v1/messages/batches')(
      json({ requests: [{ custom_id: 'a', params: { model: OPUS, messages, max_tokens: 8 } }] }),
    ),
  ],
}
