/** Texts of the pages before sign-in. */
export const gate = {
  tagline: 'Who did what, and what it cost.',
  email: 'Email',
  password: 'Password',
  newPassword: 'New password',
  repeat: 'Repeat password',
  emailMissing: 'Enter your email address.',
  passwordMissing: 'Enter your password.',
  toSignIn: 'Go to sign-in',
  or: 'or',

  passwordHint: {
    start: (characters: number) =>
      `At least ${characters} characters. A sentence is easier to remember than a word.`,
    missing: (characters: number) =>
      `${characters} more ${characters === 1 ? 'character' : 'characters'} needed.`,
    enough: 'Long enough. Every further character makes it stronger.',
    good: 'Good length.',
    strong: 'Strong length.',
    label: 'Length of the password',
  },
  tooShort: (characters: number) => `Use at least ${characters} characters.`,
  differs: 'The two passwords differ.',

  signIn: {
    title: 'Sign in',
    submit: 'Sign in',
    wrong: 'This email and password do not belong together. Check both and try again.',
    stillWrong:
      'If you are sure of both, the account may be locked for a while after too many attempts, or it may be closed. Set a new password with “Forgot password?”, or ask your administrator.',
    ended: 'Your session has ended.',
    endedHint: 'Sign in again to go on where you were.',
    forgot: 'Forgot password?',
    noAccount: 'No account yet?',
    signUp: 'Sign up',
    withProvider: (name: string) => `Continue with ${name}`,
    setupNeeded: 'This Daybook has no administrator yet.',
    setupHint:
      'Open the one-time set-up link that the server printed when it started, or start it again with DAYBOOK_ADMIN_EMAIL and DAYBOOK_ADMIN_PASSWORD set.',
  },

  code: {
    title: 'Second factor',
    lead: (email: string) => `Signing in as ${email}.`,
    app: 'Code from your authenticator app',
    appHint: 'Six digits, new every 30 seconds.',
    backup: 'Backup code',
    backupHint: 'One of the codes you kept when you set up the second factor. Each works once.',
    submit: 'Confirm',
    missing: 'Enter the code.',
    wrong: 'This code is not valid. Enter the newest one; a code works only once.',
    wrongBackup: 'This backup code is not valid, or it was used before.',
    useBackup: 'Use a backup code',
    useApp: 'Use the authenticator app',
    other: 'Sign in as somebody else',
  },

  /** Why single sign-on failed, by the code that the server puts into the address. */
  sso: {
    title: 'Single sign-on did not work',
    codes: {
      provider_unavailable:
        'The identity provider does not answer as it should. Try again in a few minutes, or sign in with your password. If it stays, tell your administrator.',
      provider_unknown:
        'This identity provider is not set up here any more. Choose another way to sign in.',
      denied:
        'The identity provider did not let you in, or you cancelled there. Try again, or choose another account there.',
      invalid_answer:
        'The answer of the identity provider could not be trusted. Start again; if it happens twice, tell your administrator.',
      expired:
        'It took too long, or it began in another browser or tab. Start again from this page.',
      not_allowed:
        'Your account at the identity provider may not use this Daybook. Ask your administrator for access.',
      identity_taken:
        'This identity belongs to another account here. Sign in with the account it belongs to.',
      account_exists:
        'There is an account with your email address already. Sign in with your password, then connect the provider under “My account”.',
      ticket_invalid:
        'The invitation was used before or has expired. Ask your administrator for a new one.',
    } as Record<string, string | undefined>,
    failed: 'Something went wrong. Try again; if it stays, tell your administrator.',
  },

  forgot: {
    title: 'Forgot password',
    lead: 'Enter the email address of your account. A link to set a new password goes there.',
    submit: 'Send link',
    done: 'Look into your mail',
    doneHint: (email: string) =>
      `If ${email} has an account here, a link is on its way. It works for one hour. Nothing there? Look into the spam folder, or ask your administrator for a link.`,
  },

  signUp: {
    title: 'Sign up',
    lead: 'With an account you see the usage that belongs to you. A link to choose your password goes to your address.',
    submit: 'Send link',
    done: 'Look into your mail',
    doneHint: (email: string) =>
      `If ${email} can have an account here, a mail is on its way. Its link lets you choose your password and works for 24 hours. Nothing there? Look into the spam folder, or ask your administrator.`,
    off: 'Sign-up is off',
    offHint: 'Accounts are made by administrators here. Ask yours for an invitation.',
    haveAccount: 'Have an account?',
  },

  ticket: {
    checking: 'Checking the link …',
    titles: {
      invitation: 'Welcome to Daybook',
      verification: 'Welcome to Daybook',
      reset: 'Set a new password',
    },
    leads: {
      invitation: 'Choose a password to take the invitation.',
      verification: 'Choose a password; then your account is ready.',
      reset: 'All other sessions of the account end.',
    },
    submits: {
      invitation: 'Take invitation',
      verification: 'Open account',
      reset: 'Set password',
    },
    accountOf: 'Account',
    invalid: 'This link does not work',
    invalidTitle: 'Link not valid',
    invalidHint:
      'It was used before, has expired, or a newer one took its place. If you already chose a password, sign in. For a new password, ask for a new link; for an invitation, ask your administrator.',
    missing:
      'The address lacks its token. Copy the whole link from the mail: it ends in # and a long token.',
    newLink: 'Get a new link',
    done: 'Done',
    doneHint: 'Sign in with your password and your second factor.',
  },

  secondFactor: {
    title: 'Set up a second factor',
    lead: 'Your role needs a second factor besides the password. It takes a minute; everything else opens afterwards.',
    give: 'The identity provider did not ask for a second factor, so it is asked for here.',
    signOut: 'Sign out',
  },

  setup: {
    title: 'Set up Daybook',
    intro: 'Create the first administrator. The link works once.',
    submit: 'Create administrator',
    noToken: 'The address lacks its token.',
    noTokenHint:
      'Copy the whole set-up link from the server’s log: it ends in /setup# and a long token.',
    done: 'Daybook is already set up.',
    doneHint: 'Sign in with the administrator’s email and password.',
  },
}
