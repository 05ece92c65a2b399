import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'

/**
 * The end of every app: an address that nothing answers is said in the client's dialect, and not in HTML, with what this
 * release serves. An SDK that was pointed here may call an endpoint that only its provider has.
 */
export const nothingHere = (served: readonly string[]): Stage =>
  defineStage({
    name: 'nothing-here',
    handle: function nothingHere({ method, url = '/' }) {
      const path = url.split('?', 1)[0]
      throw new TollgateError('endpoint_not_found', {
        message: `There is nothing at ${method} ${path}. This release serves ${served.join(', ')}.`,
      })
    },
  })
