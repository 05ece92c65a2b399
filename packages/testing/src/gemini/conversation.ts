import type { Refusal } from '../behaviour.ts'
import type { Body } from '../dialect.ts'
import { isSeal } from '../model/seal.ts'
import { invalid } from './errors.ts'
import { field, objectField, objectsField } from './fields.ts'

/** A content with its parts. */
export interface Content {
  readonly role: 'user' | 'model'
  readonly parts: readonly Body[]
}

/**
 * The contents of a request, as Gemini takes them: results of functions come in one content right behind the calls, as many
 * as those, and thoughts as they were signed. https://ai.google.dev/gemini-api/docs/function-calling
 */
export function contentsIn(body: Body, model: string): readonly Content[] | Refusal {
  const said = objectsField(body, 'contents')
  if (said.length === 0) return invalid('* GenerateContentRequest.contents: contents is not specified')
  const contents = said.map((content) => ({
    // Who says nothing of it is the user.
    role: (field(content, 'role') ?? 'user') as Content['role'],
    parts: objectsField(content, 'parts'),
  }))
  const wrong = contents.findIndex(({ role }) => role !== 'user' && role !== 'model')
  if (wrong !== -1) return invalid('Please use a valid role: user, model.')
  for (const [index, content] of contents.entries()) {
    const refusal = wrongParts(content, index) ?? wrongResults(content, contents[index - 1])
    if (refusal) return refusal
  }
  return unsigned(contents, model) ?? contents
}

const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
] as const

/** Takes the place of a signature that another model has not given: https://ai.google.dev/gemini-api/docs/thought-signatures */
const NO_SIGNATURE: ReadonlySet<unknown> = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
])

function wrongParts({ parts }: Content, index: number): Refusal | undefined {
  const where = `contents[${index}]`
  if (parts.length === 0)
    return invalid(`* GenerateContentRequest.${where}.parts: contents.parts must not be empty.`)
  for (const [at, part] of parts.entries()) {
    const data = DATA.filter((name) => field(part, name) !== undefined)
    if (data.length !== 1) {
      return invalid(
        `* GenerateContentRequest.${where}.parts[${at}].data: required oneof field 'data' must have one initialized field`,
      )
    }
    const signature = field(part, 'thoughtSignature')
    if (signature !== undefined && !isSeal(signature) && !NO_SIGNATURE.has(signature)) {
      return invalid('Thought signature is not valid.')
    }
  }
  return undefined
}

function countOf(content: Content | undefined, name: string): number {
  return content?.parts.filter((part) => objectField(part, name)).length ?? 0
}

function wrongResults(content: Content, before: Content | undefined): Refusal | undefined {
  const calls = before?.role === 'model' ? countOf(before, 'functionCall') : 0
  if (countOf(content, 'functionResponse') === calls) return undefined
  return invalid(
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
  )
}

/** Gemini 3 wants the first of the calls that are made at once signed, in the turn that is still running. */
function unsigned(contents: readonly Content[], model: string): Refusal | undefined {
  if (!model.startsWith('gemini-3')) return undefined
  const begins = contents.findLastIndex(
    ({ role, parts }) => role === 'user' && parts.some((part) => field(part, 'text') !== undefined),
  )
  for (const [index, { parts }] of contents.entries()) {
    const call = parts.find((part) => objectField(part, 'functionCall'))
    if (index < begins || !call || field(call, 'thoughtSignature') !== undefined) continue
    const name = objectField(call, 'functionCall')?.name
    return invalid(
      `Function call is missing a thought_signature in functionCall parts. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures. Function call: ${name}, position ${index}.`,
    )
  }
  return undefined
}
