import { modelRoutes, type Routes } from '@tollgate/kit/wire'
import { ASKED_MODEL, PROVIDER_KEY, SERVED_MODEL } from '../exchange.ts'
import { upstreamOrigin } from './target.ts'

/** The model that clients ask for, at the provider of the bench. */
export const upstreamRoutes: Routes = modelRoutes({
  providers: [{ name: 'openai', dialect: 'openai', baseUrl: `${upstreamOrigin}/v1`, apiKey: PROVIDER_KEY }],
  routes: { [ASKED_MODEL]: [`openai/${SERVED_MODEL}`] },
})
