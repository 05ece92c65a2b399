import { isObject, type JsonObject } from '../../json.ts'

/** One event of a Responses stream: its type stands in its name and in its data. */
export function responseEvent(type: string, sequenceNumber: number, said: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequenceNumber, ...said })}\n\n`
}

/**
 * The fields of an `error` event. The documented ones are flat; OpenAI's SDK raises what it finds in `error`, and others
 * read either. Source: https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
export function errorFields(error: JsonObject): JsonObject {
  const { code = null, message, param = null } = error
  return { code, message, param, error }
}

/** An error inside a stream that has begun, with the terminal event behind it. */
export function streamError(body: object): Buffer {
  const { error } = body as JsonObject
  const said = isObject(error) ? error : {}
  const failed = {
    object: 'response',
    status: 'failed',
    error: { code: said.code ?? null, message: said.message },
    incomplete_details: null,
    output: [],
    usage: null,
  }
  return Buffer.from(
    responseEvent('error', 0, errorFields(said)) + responseEvent('response.failed', 1, { response: failed }),
  )
}
