import type { CountInput } from './count-input.ts'
import type { Asked, Body, Question } from './dialect.ts'

/** Apply the way of counting that was chosen; the texts are looked at only by o200k. */
function counterFor(how: CountInput, body: Body, bytes: number): Question['countInput'] {
  if (how === 'o200k') return (ofTexts) => ofTexts()
  if (how === 'bytes') return () => Math.ceil(bytes / 4)
  return () => how(body)
}

/** What an endpoint is given of a request whose body is an object. */
export function questionOf(
  { entry, behaviour, bills, countInput, stored, nowMs }: Asked,
  body: Body,
): Question {
  const [path = '', query = ''] = entry.path.split('?', 2)
  return {
    id: entry.id,
    path,
    query,
    headers: entry.headers,
    body,
    behaviour,
    bills,
    countInput: counterFor(countInput, body, entry.rawBody.length),
    stored,
    nowMs,
  }
}
