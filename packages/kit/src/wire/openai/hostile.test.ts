import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../../core/errors.ts'
import type { Format } from '../format.ts'
import { isObject, type JsonObject } from '../json.ts'
import { streamedEvent } from '../streamed-event.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

/** JSON whose fields have the names, and whose words are the words, that the rooms look for. */
function jsonOf(words: readonly string[]): fc.Arbitrary<unknown> {
  const word = fc.constantFrom(...words)
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(word, fc.string(), fc.nat(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(word, tie('value'), { maxKeys: 6 }),
    ),
  }))
  return value
}

const SHARED = [
  'type',
  'role',
  'name',
  'id',
  'text',
  'content',
  'user',
  'assistant',
  'tool',
  'function',
  'custom',
]
const PLACES: readonly (readonly [Format, readonly string[]])[] = [
  [
    chat,
    [
      ...SHARED,
      ...[
        'messages',
        'tools',
        'tool_choice',
        'tool_calls',
        'tool_call_id',
        'image_url',
        'url',
        'input_audio',
      ],
      ...[
        'reasoning_details',
        'reasoning_content',
        'signature',
        'data',
        'extra_content',
        'google',
        'stop',
        'n',
      ],
      ...['choices', 'delta', 'message', 'index', 'finish_reason', 'usage', 'prompt_tokens', 'annotations'],
      ...[
        'thought_signature',
        'images',
        'thinking',
        'error',
        'function_call',
        'arguments',
        'response_format',
      ],
    ],
  ],
  [
    responses,
    [
      ...SHARED,
      ...['input', 'instructions', 'output', 'item', 'part', 'delta', 'response', 'output_index', 'summary'],
      ...['function_call', 'function_call_output', 'call_id', 'reasoning', 'encrypted_content', 'message'],
      ...[
        'output_text',
        'input_image',
        'input_file',
        'refusal',
        'annotations',
        'item_reference',
        'rs_kept_e30',
      ],
      ...['rs_of_a', 'response.created', 'response.output_item.added', 'response.output_item.done', 'error'],
      ...[
        'response.output_text.delta',
        'response.content_part.done',
        'response.completed',
        'status',
        'usage',
      ],
      ...[
        'response.function_call_arguments.delta',
        'response.reasoning_summary_text.delta',
        'image_generation_call',
      ],
    ],
  ],
]

describe.each(PLACES.map(([format, words]) => [format.endpoint, format, jsonOf(words)] as const))(
  'whatever is sent as %s',
  (_, { read, inputTexts, answerReader, translation }, json) => {
    const target = { bytes: 0, path: '', query: '' }
    const body = json.map(
      (value): JsonObject => ({
        model: 'm',
        ...(isObject(value) ? value : { input: value, messages: value }),
      }),
    )

    it('is read, or refused as what it is', () => {
      fc.assert(
        fc.property(body, (request) => {
          for (const reading of [
            () => read(request, target),
            () => translation!.readRequest(request, target),
          ]) {
            try {
              reading()
            } catch (error) {
              expect([request, TollgateError.is(error) && error.code]).toEqual([request, 'invalid_request'])
            }
          }
          expect(inputTexts(request).every((text) => typeof text === 'string')).toBe(true)
        }),
        { numRuns: 400 },
      )
    })

    it('is an answer, or none', () => {
      fc.assert(
        fc.property(body, (answer) => {
          const reader = answerReader()
          reader.push(Buffer.from(JSON.stringify(answer)))
          reader.end()
          reader.texts()
          try {
            translation!.readAnswer(answer)
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
          }
          expect(translation!.readError(500, answer).message).not.toBe('')
        }),
        { numRuns: 400 },
      )
    })

    it('is a stream, which ends once', () => {
      fc.assert(
        fc.property(fc.array(body, { maxLength: 8 }), (events) => {
          const decoder = translation!.streamDecoder()
          const told = [
            ...events.flatMap((event) => decoder.push(streamedEvent(JSON.stringify(event)))),
            ...decoder.end(),
          ]
          expect(told.filter(({ type }) => type === 'end')).toHaveLength(1)
          expect(told.at(-1)).toEqual({ type: 'end' })
          const encoder = translation!.streamEncoder({
            model: 'm',
            wantsUsage: true,
            request: {},
            requestId: 'r',
          })
          for (const event of told) encoder.push(event)
        }),
        { numRuns: 400 },
      )
    })
  },
)
