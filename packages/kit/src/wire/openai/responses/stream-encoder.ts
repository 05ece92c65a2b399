import type { Asked, StreamEncoder } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer, Finish } from '../../neutral/answer.ts'
import type { ProviderError } from '../../neutral/provider-error.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import type { Usage } from '../../usage.ts'
import { openAiCode, writeError } from '../errors.ts'
import { writeResponsesUsage } from '../usage.ts'
import { responseHead } from './answer-writer.ts'
import { failedWith, writeFinish } from './finish.ts'
import { itemsEncoder } from './items-encoder.ts'
import { errorFields, responseEvent } from './stream-error.ts'

/**
 * Neutral events as those of Responses: https://platform.openai.com/docs/api-reference/responses-streaming. Every event is
 * counted, and the last one repeats all of the answer. There is one answer: other choices are left out.
 */
export function streamEncoder(asked: Asked): StreamEncoder {
  let count = 0
  let start: Pick<Answer, 'id' | 'createdAtSec'> = { id: '', createdAtSec: 0 }
  let finish: Finish = { reason: 'error' }
  let usage: Usage | undefined
  let failure: ProviderError | undefined

  const event = (type: string, said: JsonObject): string => {
    const text = responseEvent(type, count, said)
    count += 1
    return text
  }
  const items = itemsEncoder(event)

  const begin = (): string => {
    const response = responseHead(start, asked)
    return event('response.created', { response }) + event('response.in_progress', { response })
  }
  const end = (): string => {
    const closing = items.close() + (failure ? '' : items.keep(asked.request))
    const ending = failure
      ? failedWith(openAiCode(failure), failure.message)
      : writeFinish(finish, items.hasRefusal())
    const response = {
      ...responseHead(start, asked),
      ...ending,
      output: items.output(),
      usage: usage ? writeResponsesUsage(usage) : null,
    }
    return closing + event(`response.${ending.status}`, { response })
  }

  const encode = (said: StreamEvent): string => {
    switch (said.type) {
      case 'start':
        start = said
        items.answerId(said.id)
        return begin()
      case 'finish':
        if (said.choice === 0) finish = said.finish
        return ''
      case 'usage':
        usage = said.usage
        return ''
      case 'error':
        failure = said.error
        return event('error', errorFields(writeError(said.error).body.error as JsonObject))
      case 'end':
        return end()
      default:
        return said.choice === 0 ? items.push(said) : ''
    }
  }

  return { push: encode }
}
