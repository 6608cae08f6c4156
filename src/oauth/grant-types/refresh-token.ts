import { ProtocolError } from '../../errors.ts'
import { callLedger, unwrap } from '../../ledger/ledger-stub.ts'
import { refreshCommand } from '../../ledger/token-command.ts'
import { type Handle, parseHandle } from '../../tokens/handle.ts'
import type { Parameters } from '../form.ts'
import type { GrantHandler } from './grant-handler.ts'
import { tokenRequest } from './token-request.ts'

/** RFC 6749 §6. */
export const refreshTokenGrant: GrantHandler = {
  subjectOf: (parameters) => requireRefreshToken(parameters),

  async answer(c, { parameters, context }) {
    const handle = requireRefreshToken(parameters)
    const { refresh_token: refreshToken = '' } = parameters
    const command = await refreshCommand(await tokenRequest(c, handle, parameters, context), refreshToken)
    return unwrap(await callLedger(c.env, handle.accountId, async (ledger) => ledger.refresh(command)))
  },
}

function requireRefreshToken({ refresh_token }: Parameters): Handle {
  if (!refresh_token) throw new ProtocolError('invalid_request', 'refresh_token_missing')
  const handle = parseHandle('refreshToken', refresh_token)
  if (!handle) throw new ProtocolError('invalid_grant', 'refresh_token_malformed')
  return handle
}
