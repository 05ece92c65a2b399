import { isObject, type JsonObject } from '../../json.ts'
import type { PartEvents, ToldPart } from '../../neutral/part-events.ts'
import { callId } from './answer-reader.ts'
import { readCallSeal } from './tool-calls.ts'

/** The tool calls of one choice, which may come in turns: nobody says before the end that one is complete. */
export interface CallDecoder {
  push(delta: JsonObject): void
  /** Tells what still waits. */
  close(): void
}

/** A call that is coming. It is opened when its name is known; what comes before waits. */
interface Coming {
  readonly index: number
  id: string
  name: string
  custom: boolean
  waiting: string
  told: ToldPart | undefined
}

export function callDecoder(events: PartEvents, answerId: string): CallDecoder {
  const coming: Coming[] = []

  const begin = (index: number): Coming => {
    const call = { index, id: '', name: '', custom: false, waiting: '', told: undefined }
    coming.push(call)
    return call
  }
  /** By its index; by its id where a provider counts none, or gives every call the same. */
  const find = ({ index, id }: JsonObject): Coming => {
    const isOther = (call: Coming) => typeof id === 'string' && id !== '' && call.id !== '' && call.id !== id
    const known = coming.findLast((call) => typeof index !== 'number' || call.index === index)
    if (known && !isOther(known)) return known
    const again = known && coming.find((call) => call.id === id)
    return again ?? begin(typeof index === 'number' ? index : coming.length)
  }
  const read = (said: JsonObject) => {
    const call = find(said)
    const custom = isObject(said.custom) ? said.custom : undefined
    const { name, arguments: text, input } = custom ?? (isObject(said.function) ? said.function : {})
    call.custom ||= custom !== undefined
    if (typeof said.id === 'string' && call.id === '') call.id = said.id
    if (typeof name === 'string' && call.name === '') call.name = name
    const delta = custom ? input : text
    if (typeof delta === 'string') call.waiting += delta
    const seal = readCallSeal(said)
    if (call.name !== '' || seal) events.seal(tell(call), seal)
  }
  const tell = (call: Coming): ToldPart => {
    const { id, name, custom, waiting } = call
    call.waiting = ''
    call.told ??= events.open({
      type: 'tool_call',
      id: callId(id, answerId, coming.indexOf(call)),
      name,
      ...(custom ? { custom } : {}),
    })
    events.tell(call.told, waiting)
    return call.told
  }

  return {
    push({ tool_calls: calls, function_call: legacy }) {
      if (Array.isArray(calls)) for (const said of calls.filter(isObject)) read(said)
      if (isObject(legacy)) read({ index: 0, function: legacy })
    },
    close() {
      for (const call of coming) if (!call.told) tell(call)
    },
  }
}
