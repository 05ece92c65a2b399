import { parseObject } from '../../../core/json-object.ts'
import type { FleetEvent } from '../fleet-log.ts'

/** The only field of a stream's entry. */
export const FIELD = 'e'

export const writeEvent = (event: FleetEvent): string => JSON.stringify(event)

/** Undefined of what is no event that this release knows: another may have written it. */
export function readEvent(text: string): FleetEvent | undefined {
  const event = parseObject(text)
  const kind = event?.kind
  const fields =
    typeof kind === 'string' && Object.hasOwn(FIELDS, kind) ? FIELDS[kind as FleetEvent['kind']] : undefined
  const isWhole = fields?.every(([name, type]) => typeof event![name] === type)
  return isWhole ? (event as unknown as FleetEvent) : undefined
}

type Fields = readonly (readonly [name: string, type: 'string' | 'number' | 'boolean'])[]

const ENTRY: Fields = [
  ['partition', 'string'],
  ['id', 'string'],
]

/** What an event must have. */
const FIELDS: Readonly<Record<FleetEvent['kind'], Fields>> = {
  add: ENTRY,
  remove: ENTRY,
  label: [...ENTRY, ['similarity', 'number'], ['same', 'boolean']],
  epoch: [
    ['scope', 'string'],
    ['epoch', 'number'],
  ],
}
