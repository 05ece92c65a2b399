import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { AnswerFormat, Conversation, ForeignField } from '../../neutral/conversation.ts'
import {
  booleanField,
  camelFields,
  field,
  integerField,
  numberField,
  objectField,
  textField,
  textsField,
} from '../fields.ts'
import { jsonSchemaOf } from './schema.ts'
import { readThinking, writeThinking } from './thinking.ts'

const PATH = 'generationConfig'

/** What Gemini says in `generationConfig`: https://ai.google.dev/api/generate-content#generationconfig */
export type Configured = Pick<
  Conversation,
  'sampling' | 'maxOutputTokens' | 'stop' | 'choices' | 'reasoning' | 'format'
>

const SAMPLING = ['temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty', 'seed'] as const
const READ: ReadonlySet<string> = new Set([
  ...SAMPLING,
  'responseLogprobs',
  'logprobs',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'thinkingConfig',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
])

export function readConfig(config: JsonObject): Configured & { readonly foreign: readonly ForeignField[] } {
  const sampling = Object.fromEntries(
    SAMPLING.flatMap((name) => {
      const value = numberField(config, name, `${PATH}.${name}`)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const logprobs = booleanField(config, 'responseLogprobs')
    ? (numberField(config, 'logprobs') ?? 0)
    : undefined
  const maxOutputTokens = numberField(config, 'maxOutputTokens', `${PATH}.maxOutputTokens`)
  const stop = textsField(config, 'stopSequences', `${PATH}.stopSequences`)
  const choices = integerField(config, 'candidateCount', { path: `${PATH}.candidateCount`, min: 1, max: 8 })
  const reasoning = readThinking(objectField(config, 'thinkingConfig', `${PATH}.thinkingConfig`) ?? {})
  const format = readFormat(config)
  return {
    sampling: { ...sampling, ...(logprobs === undefined ? {} : { logprobs }) },
    ...defined({ maxOutputTokens, stop, choices, reasoning, format }),
    foreign: foreignIn(config, format),
  }
}

const JSON_TYPE = 'application/json'

function readFormat(config: JsonObject): AnswerFormat | undefined {
  const type = textField(config, 'responseMimeType', `${PATH}.responseMimeType`)
  const schema = field(config, 'responseJsonSchema')
  if (isObject(schema)) return { type: 'schema', schema }
  const openApi = objectField(config, 'responseSchema', `${PATH}.responseSchema`)
  if (openApi && type !== 'text/x.enum') return { type: 'schema', schema: jsonSchemaOf(openApi) }
  if (type === JSON_TYPE) return { type: 'json' }
  return type === 'text/plain' ? { type: 'text' } : undefined
}

function foreignIn(config: JsonObject, format: AnswerFormat | undefined): ForeignField[] {
  return camelFields(config)
    .filter(([name]) => !READ.has(name) || (name === 'responseMimeType' && format === undefined))
    .map(([name, value]) => ({ from: 'generate', path: `${PATH}.${name}`, value }))
}

export function writeConfig(conversation: Configured, model: string): JsonObject {
  const { sampling, maxOutputTokens, stop, choices, reasoning, format } = conversation
  const thinkingConfig = writeThinking(reasoning, model)
  return {
    ...Object.fromEntries(
      SAMPLING.flatMap((name) => (sampling[name] === undefined ? [] : [[name, sampling[name]]])),
    ),
    ...defined({ maxOutputTokens }),
    ...(stop && stop.length > 0 ? { stopSequences: stop } : {}),
    ...defined({ candidateCount: choices, thinkingConfig }),
    ...writeFormat(format),
  }
}

function writeFormat(format: AnswerFormat | undefined): JsonObject {
  if (!format || format.type === 'text') return {}
  if (format.type === 'json') return { responseMimeType: JSON_TYPE }
  return { responseMimeType: JSON_TYPE, responseJsonSchema: format.schema }
}
