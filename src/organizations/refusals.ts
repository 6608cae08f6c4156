/** Why an organization does not let an app in, in the words of its members. */
export const ORGANIZATION_REFUSALS = {
  not_a_member: 'You are not a member any more.',
  blocked: 'An administrator has blocked this app.',
  approval_ended: 'The approval of this app has ended.',
  needs_verified_publisher: 'Only apps of verified publishers are allowed.',
  needs_approval: 'Only approved apps are allowed.',
} as const
