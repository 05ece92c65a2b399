import { isCount, isObject, type JsonObject } from '../json.ts'
import { storedId } from './stored-id.ts'

/** What an answer says was stored for its caller. */
export interface Made {
  readonly ids: readonly string[]
  /** What was read and written for it, and what stands around its items, tokens. */
  readonly tokens?: number
}

export interface MadeOptions {
  /** It is the answer to a request about one thing of the caller's: what it lists is below that, and the caller's too. */
  readonly below?: boolean
  /** Things have names, and not ids. */
  readonly named?: boolean
}

/** Fields of an answer that are ids, or lists of them; paths from its top. */
const IDS = [
  ['id'],
  ['thread_id'],
  ['conversation'],
  ['conversation', 'id'],
  ['container'],
  ['container', 'id'],
  ['file', 'id'],
  ['output_file_id'],
  ['error_file_id'],
  ['result_files'],
  ['output', 'id'],
  ['output', 'container_id'],
  ['output', 'results', 'file_id'],
  ['output', 'content', 'annotations', 'file_id'],
  ['output', 'content', 'annotations', 'container_id'],
  ['content', 'content', 'content', 'file_id'],
  ['jobArn'],
  ['invocationArn'],
  ['choices', 'message', 'audio', 'id'],
] as const

/** Gemini's. */
const NAMES = [
  ['name'],
  ['file', 'name'],
  ['response', 'name'],
  ['response', 'responsesFile'],
  ['metadata', 'output', 'responsesFile'],
] as const

/** What a provider puts around an item when it reads it again, tokens: more than any of them is seen to. */
const AROUND_ITEM_TOKENS = 16

/**
 * What was stored for whoever asked, by the places where providers say so. Nothing that a model has written is among them,
 * nor any field that a caller has filled: who could put an id there would own it.
 */
export function madeIn(answer: unknown, { below = false, named = false }: MadeOptions = {}): Made {
  if (!isObject(answer)) return { ids: [] }
  const fields: readonly (readonly string[])[] = named ? NAMES : IDS
  const listed = below ? [['data', 'id']] : []
  const ids = [...fields, ...listed].flatMap((path) => textsAt(answer, path))
  const tokens = tokensOf(answer)
  const stored = ids.map(storedId).filter((id) => id !== undefined)
  return { ids: [...new Set(stored)], ...(tokens !== undefined && { tokens }) }
}

function textsAt(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => textsAt(each, path))
  const [field, ...rest] = path
  if (field === undefined) return typeof value === 'string' && value !== '' ? [value] : []
  return isObject(value) ? textsAt(value[field], rest) : []
}

/** https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage */
function tokensOf({ usage, output, truncation }: JsonObject): number | undefined {
  // What was left out to fit beside a long answer was not read, and may be by the next one.
  if (truncation === 'auto') return undefined
  if (!isObject(usage) || !Array.isArray(output)) return undefined
  const { input_tokens: input, output_tokens: written } = usage
  if (!isCount(input) || !isCount(written)) return undefined
  return input + written + AROUND_ITEM_TOKENS * (output.length + 1)
}
