import type { Body } from '../dialect.ts'
import { type Patience, patience } from '../patience.ts'
import { respond } from './respond.ts'
import type { Talk } from './talk.ts'

/** The responses of a session that are being generated. */
export interface Responses {
  /** Begin one; the client's event `about` has asked for it. */
  create(params: Body, about?: unknown): void
  /** Break one off by its id; without an id the one that joins the conversation. */
  cancel(id?: unknown): void
  /** Nobody is there to hear them any more. */
  leave(): void
}

interface Active {
  readonly waits: Patience
  /** It becomes part of the conversation, in which there is one at a time. */
  readonly joins: boolean
}

/** Longest responses: https://developers.openai.com/api/docs/models/gpt-realtime-1.5 */
const MAX_OUTPUT_TOKENS = 4_096

export function responsesIn(talk: Talk): Responses {
  const { socket, model, entry, log, bills, behaviour, changed, said, send, refuse } = talk
  const active = new Map<string, Active>()
  let count = 0

  function begin(params: Body, joins: boolean): void {
    count += 1
    const id = `resp_${entry.id}_${count}`
    const own = log.begin({ method: 'RESPONSE', path: entry.path, headers: entry.headers })
    own.body = params
    own.bill = bills.get(model)
    const waits = patience()
    active.set(id, { waits, joins })
    const { settings } = talk
    const asked = params.max_output_tokens ?? settings.max_output_tokens
    const instructions = params.instructions ?? settings.instructions
    const modalities = params.output_modalities ?? settings.output_modalities
    void respond({
      id,
      params,
      entry: own,
      behaviour: behaviour(own),
      patience: waits,
      input: Array.isArray(params.input)
        ? said.sizeOfInput(params.input, instructions)
        : said.size(instructions),
      cap: Math.min(typeof asked === 'number' ? asked : MAX_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS),
      speaks: Array.isArray(modalities) && modalities.includes('audio'),
      send,
      changed,
      die() {
        log.end(own, 'died')
        socket.terminate()
      },
    }).then((added) => {
      active.delete(id)
      log.end(own, waits.gone && socket.readyState !== socket.OPEN ? 'aborted' : 'completed')
      if (added && joins) said.add(added)
      changed()
    })
    changed()
  }

  return {
    create(params, about) {
      const joins = params.conversation !== 'none'
      if (joins && [...active.values()].some((each) => each.joins)) refuse(about, BUSY, BUSY_CODE)
      else begin(params, joins)
    },
    cancel(id) {
      for (const [each, { waits, joins }] of active) if (id === undefined ? joins : id === each) waits.leave()
    },
    leave() {
      for (const { waits } of active.values()) waits.leave()
    },
  }
}

const BUSY = 'Conversation already has an active response.'
const BUSY_CODE = 'conversation_already_has_active_response'
