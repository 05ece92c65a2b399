import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { principal } from '@tollgate/kit/stages/identify'
import type { TierRules } from '../pipeline/tiers.ts'
import { sendJson } from './json.ts'
import type { CatalogueModel, ModelCatalogue } from './model-catalogue.ts'

export interface ModelsOptions {
  readonly catalogue: ModelCatalogue
  readonly tiers: TierRules
}

const LIST = '/v1/models'

/**
 * `GET /v1/models` and `GET /v1/models/{id}`, in OpenAI's shape: what this caller may use, and nothing else. Answers
 * `model_not_found` (404) for any other id, so that a tier tells nothing of the models outside it.
 */
export const models = ({ catalogue, tiers }: ModelsOptions): Stage =>
  defineStage({
    name: 'models',
    needs: [principal],
    handle: async function models(req, res) {
      const mayUse = await tiers.opener(principal.get(req))
      const all = await catalogue.models()
      const open = all.filter(({ id }) => mayUse(id))
      const asked = idOf(req.url ?? LIST)
      if (asked === undefined) return sendJson(res, { object: 'list', data: open.map(describe) })
      const one = open.find(({ id }) => id === asked)
      if (!one) {
        throw new TollgateError('model_not_found', {
          param: 'model',
          message: `There is no model ${asked} for you here. GET ${LIST} lists those there are.`,
        })
      }
      sendJson(res, describe(one))
    },
  })

/** The id after the list's path, which may have slashes of its own; undefined for the list itself. */
function idOf(url: string): string | undefined {
  const segment = url.split('?', 1)[0]!.slice(LIST.length + 1)
  if (segment === '') return undefined
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function describe({ id, provider, createdS }: CatalogueModel): object {
  return { id, object: 'model', created: createdS, owned_by: provider }
}
