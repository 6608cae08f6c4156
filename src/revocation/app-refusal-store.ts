/**
 * `refusalOf` (src/grants/effective-access.ts) in SQL, for thousands of grants at once: the reason as text, or NULL. Reads the
 * aliases `organization`, `app` and `decision` (outer joined), and ?1 as now. A test holds both to each other over
 * every combination (test/objects/app-refusal.test.ts). `policy` stands in for another one, to preview it.
 */
export const appRefusal = (policy = 'organization.policy') => `
  CASE
    WHEN decision.decision = 'blocked' THEN 'blocked'
    WHEN decision.decision = 'approved' THEN iif(decision.expires_at <= ?1, 'approval_ended', NULL)
    WHEN app.visibility = 'private' AND app.organization_id <> organization.id
         AND organization.personal_account_id IS NULL THEN 'needs_approval'
    WHEN app.first_party = 1 OR ${policy} = 'open' THEN NULL
    WHEN ${policy} = 'approved' THEN 'needs_approval'
    WHEN app.organization_id <> organization.id AND app.publisher_domain IS NULL THEN 'needs_verified_publisher'
  END`
