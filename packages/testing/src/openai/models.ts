import type { Refusal } from '../behaviour.ts'
import { freeAnswer, type Plan } from '../plan.ts'
import { modelNotFound } from './errors.ts'

/** `GET /models` and `GET /models/{id}`: whatever has a price. */
export function models(path: string, known: ReadonlyMap<string, unknown>, nowMs: number): Plan | Refusal {
  const describe = (id: string) => ({
    id,
    object: 'model',
    created: Math.floor(nowMs / 1000),
    owned_by: 'simulated',
  })
  const segment = path.slice(path.lastIndexOf('/') + 1)
  const ids = [...known.keys()]
  const one = ids.find((id) => segment === id || segment === encodeURIComponent(id))
  if (segment !== 'models' && one === undefined) return modelNotFound(segment)
  const answer = one === undefined ? { object: 'list', data: ids.map(describe) } : describe(one)
  return freeAnswer(answer)
}
