import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { BROKEN_OFF, type ProviderError } from '../../neutral/provider-error.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readError } from '../errors.ts'
import { readResponsesUsage } from '../usage.ts'
import { readHead } from './answer-reader.ts'
import { readFinish } from './finish.ts'
import { itemsDecoder } from './items-decoder.ts'

/**
 * Events of Responses as neutral ones: https://platform.openai.com/docs/api-reference/responses-streaming. Each says its
 * type in its data; the name beside it says nothing more.
 */
export function streamDecoder(): StreamDecoder {
  const items = itemsDecoder()
  let started = false
  let over = false

  const start = (response: JsonObject): readonly StreamEvent[] => {
    if (started) return []
    started = true
    return [{ type: 'start', ...readHead(response) }]
  }
  const fail = (error: ProviderError): readonly StreamEvent[] => {
    if (over) return []
    over = true
    return [{ type: 'error', error }, { type: 'end' }]
  }
  const complete = (response: JsonObject): readonly StreamEvent[] => {
    over = true
    const closing = items.close(Array.isArray(response.output) ? response.output.filter(isObject) : [])
    const usage = readResponsesUsage(response.usage)
    const finish = readFinish(response, items.kinds())
    return [
      ...start(response),
      ...closing,
      { type: 'finish', choice: 0, finish },
      ...(usage ? [{ type: 'usage' as const, usage }] : []),
      { type: 'end' },
    ]
  }

  return {
    push({ json: event }) {
      // Something that is no JSON is no event, and not ours to judge.
      if (over || !event) return []
      const response = isObject(event.response) ? event.response : {}
      switch (event.type) {
        case 'response.created':
        case 'response.queued':
        case 'response.in_progress':
          return start(response)
        case 'response.completed':
        case 'response.incomplete':
          return complete(response)
        case 'response.failed':
        case 'response.cancelled':
          return fail(errorIn(response))
        case 'error':
          return fail(errorIn(event))
        default:
          return items.push(event)
      }
    },
    end: () => fail(BROKEN_OFF),
  }
}

/** An error inside a stream has no status: what its code does not tell is the provider's fault. */
function errorIn(event: JsonObject): ProviderError {
  const { error, code, message, param } = event
  return readError(500, { error: isObject(error) ? error : { code, message, param } })
}
