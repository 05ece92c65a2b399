import { isObject, type JsonObject } from '../../json.ts'
import type { Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { callId } from './answer-reader.ts'
import { readCallSeal } from './tool-calls.ts'

/** The tool calls of one choice, which may come in turns. */
export interface CallDecoder {
  push(delta: JsonObject): void
  /** Closes them all: nobody says earlier that a call is complete. */
  close(): void
  /** Something has been called. */
  readonly any: boolean
}

interface CallDecoderOptions {
  readonly choice: number
  readonly answerId: string
  open(of: OpenedPart): number
  emit(event: StreamEvent): void
}

/** A call that is coming. It is opened when its name is known; what came before waits. */
interface Coming {
  readonly index: number
  id: string
  name: string
  custom: boolean
  waiting: string
  part: number | undefined
  seal: Seal | undefined
}

export function callDecoder({ choice, answerId, open, emit }: CallDecoderOptions): CallDecoder {
  const coming: Coming[] = []

  const begin = (index: number): Coming => {
    const call = { index, id: '', name: '', custom: false, waiting: '', part: undefined, seal: undefined }
    coming.push(call)
    return call
  }
  /** By its index; by its id where a provider counts none, or gives every call the same. */
  const find = ({ index, id }: JsonObject): Coming => {
    const isNew = (call: Coming) => typeof id === 'string' && id !== '' && call.id !== '' && call.id !== id
    const known = coming.findLast((call) => typeof index !== 'number' || call.index === index)
    if (known && !isNew(known)) return known
    const again = known && coming.find((call) => call.id === id)
    return again ?? begin(typeof index === 'number' ? index : coming.length)
  }
  const read = (call: Coming, said: JsonObject) => {
    const custom = isObject(said.custom) ? said.custom : undefined
    const { name, arguments: text, input } = custom ?? (isObject(said.function) ? said.function : {})
    call.custom ||= custom !== undefined
    if (typeof said.id === 'string' && call.id === '') call.id = said.id
    if (typeof name === 'string' && call.name === '') call.name = name
    call.seal = readCallSeal(said) ?? call.seal
    const delta = custom ? input : text
    if (typeof delta === 'string') call.waiting += delta
    if (call.name !== '') tell(call)
  }
  const tell = (call: Coming) => {
    call.part ??= open({
      type: 'tool_call',
      id: callId(call.id, answerId, coming.indexOf(call)),
      name: call.name,
      ...(call.custom ? { custom: true } : {}),
    })
    if (call.waiting !== '') emit({ type: 'delta', choice, part: call.part, text: call.waiting })
    call.waiting = ''
  }

  return {
    get any() {
      return coming.length > 0
    },
    push({ tool_calls: calls, function_call: legacy }) {
      if (Array.isArray(calls)) for (const said of calls.filter(isObject)) read(find(said), said)
      if (isObject(legacy)) {
        const said = { index: 0, function: legacy }
        read(find(said), said)
      }
    },
    close() {
      for (const call of coming) {
        if (call.part === undefined) tell(call)
        const part = call.part!
        if (call.seal) emit({ type: 'seal', choice, part, seal: call.seal })
        emit({ type: 'close', choice, part })
      }
    },
  }
}
