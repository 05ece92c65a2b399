import { type Attempt, at, json, type Trial } from './attempt.ts'

export const FLASH = 'gemini-2.5-flash'
const PRO = 'gemini-2.5-pro'
const contents = [{ parts: [{ text: 'hi' }] }]
export const generate = (model: string, more: object = {}): Attempt =>
  at(`/v1beta/models/${model}:generateContent`)(
    json({ contents, generationConfig: { maxOutputTokens: 8 }, ...more }),
  )
export const GEMINI: Trial = {
  dialect: 'gemini',
  mine: [FLASH],
  attempts: [
    ...[
      PRO,
      'Gemini-2.5-Pro',
      `${FLASH}%2F..%2F${PRO}`,
      `${FLASH}/../${PRO}`,
      `%67emini-2.5-pro`,
      `${PRO}%00`,
      `${PRO}-latest`,
      `models%2F${PRO}`,
      `${FLASH};${PRO}`,
      `${PRO}%20`,
      `gemini-2%2E5-pro`,
    ].map((model) => generate(model)),
    generate(FLASH, { model: `models/${PRO}` }),
    generate(PRO, { model: `models/${FLASH}` }),
    at(`/v1beta/models/${PRO}:streamGenerateContent?alt=sse`)(json({ contents })),
    at(`/v1beta/models/${FLASH}:generateContent/../../models/${PRO}:generateContent`)(json({ contents })),
    at(`/v1beta/tunedModels/${PRO}:generateContent`)(json({ contents })),
    at(`/v1beta/models/${PRO}:embedContent`)(json({ content: contents[0] })),
    at(`/v1beta/models/${PRO}:countTokens`)(json({ contents })),
    at(`/v1beta/models/${FLASH}:countTokens`)(
      json({ generateContentRequest: { model: `models/${PRO}`, contents } }),
    ),
    at(`/v1beta/models/${FLASH}:batchEmbedContents`)(
      json({ requests: [{ model: `models/${PRO}`, content: contents[0] }] }),
    ),
  ],
}
