import type { Target } from '../format.ts'
import { invalid, type JsonObject } from '../json.ts'
import { modelName } from '../model-name.ts'

/** `models/gemini-3-pro`, `tunedModels/mine`, `publishers/google/models/gemini-3-pro` and `endpoints/1` of Vertex. */
const NAMED = /^(?:.*\/)?(models|tunedModels|endpoints)\/([^/]+)$/
const METHOD = /^(.*):([A-Za-z]+)$/

/** The model's name without the collection that most are in: those of others keep theirs, `tunedModels/mine`. */
function plainName(resource: string): string {
  const [, collection, name] = NAMED.exec(resource) ?? []
  if (name === undefined) return resource
  return collection === 'models' ? name : `${collection}/${name}`
}

/**
 * The model that a request asks for. The path names it, and the body may say it again.
 *
 * @throws TollgateError `invalid_request` when they name two.
 */
export function modelOf(body: JsonObject, { path }: Target): string {
  const [, resource = ''] = METHOD.exec(path) ?? []
  const model = modelName(plainName(resource), 'model')
  requireModel(body, model, 'model')
  return model
}

/** What a body says about its model must be what is priced. */
export function requireModel({ model: said }: JsonObject, model: string, param: string): void {
  if (said === undefined || said === null) return
  if (typeof said !== 'string' || plainName(said) !== model) {
    throw invalid(param, `\`${param}\` is another model than the one in the path, ${model}.`)
  }
}

/** The resource name that requests give a model by in their body. */
export function resourceName(model: string): string {
  return NAMED.test(model) ? model : `models/${model}`
}

/** Where a method of a model is. What a name could do to a path is encoded. */
export function methodPath(model: string, method: string): string {
  const [, collection = 'models', name = model] = NAMED.exec(model) ?? []
  return `/${collection}/${encodeURIComponent(name)}:${method}`
}
