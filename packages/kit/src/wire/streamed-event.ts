import { type JsonObject, parseObject } from './json.ts'

/** One event of a stream, read once for everybody who looks at it. */
export interface StreamedEvent {
  readonly data: string
  /** By its `event:` line, where it has one. */
  readonly name: string | undefined
  /** What the data says, where it is a JSON object. */
  readonly json: JsonObject | undefined
}

export function streamedEvent(data: string, name?: string): StreamedEvent {
  return { data, name, json: parseObject(data) }
}

/** The events of a run of whole events, but for those without data. */
export function readEvents(run: Buffer): StreamedEvent[] {
  const events: StreamedEvent[] = []
  let data: string | undefined
  let name: string | undefined
  const take = () => {
    if (data !== undefined) events.push(streamedEvent(data, name))
    data = undefined
    name = undefined
  }
  for (const line of run.toString('utf8').split(LINE_END)) {
    if (line === '') take()
    else if (line.startsWith('data:')) {
      const said = fieldOf(line, 'data:'.length)
      data = data === undefined ? said : `${data}\n${said}`
    } else if (line.startsWith('event:')) name = fieldOf(line, 'event:'.length)
  }
  take()
  return events
}

const LINE_END = /\r\n|\n|\r/

/** What stands behind the colon, without the one space that may. */
function fieldOf(line: string, at: number): string {
  return line.slice(line.charCodeAt(at) === 0x20 ? at + 1 : at)
}
