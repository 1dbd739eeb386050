/** 登录之前各页面的文字。 */
import type { Messages } from './en'

export const gate: Messages['gate'] = {
  tagline: '谁做了什么，花了多少。',
  email: '邮箱',
  password: '密码',
  newPassword: '新密码',
  repeat: '重复密码',
  emailMissing: '请输入邮箱地址。',
  passwordMissing: '请输入密码。',
  toSignIn: '前往登录',
  or: '或',

  passwordHint: {
    start: (characters) => `至少 ${characters} 个字符。一句话比一个词更好记。`,
    missing: (characters) => `还需要 ${characters} 个字符。`,
    enough: '长度足够。每多一个字符都更强。',
    good: '长度良好。',
    strong: '长度足够强。',
    label: '密码长度',
  },
  tooShort: (characters) => `请至少使用 ${characters} 个字符。`,
  differs: '两次输入的密码不同。',

  signIn: {
    title: '登录',
    submit: '登录',
    wrong: '邮箱与密码不匹配。请检查后重试。',
    stillWrong:
      '如果确定两者都正确，账号可能因尝试次数过多而暂时锁定，或已关闭。请通过“忘记密码？”设置新密码，或询问管理员。',
    ended: '会话已结束。',
    endedHint: '请重新登录，即可回到刚才的页面。',
    forgot: '忘记密码？',
    noAccount: '还没有账号？',
    signUp: '注册',
    withProvider: (name) => `使用 ${name} 继续`,
    setupNeeded: '此 Daybook 还没有管理员。',
    setupHint:
      '打开服务器启动时打印的一次性设置链接，或设置 DAYBOOK_ADMIN_EMAIL 和 DAYBOOK_ADMIN_PASSWORD 后重新启动。',
  },

  code: {
    title: '双因素认证',
    lead: (email) => `正在以 ${email} 登录。`,
    app: '身份验证器应用的验证码',
    appHint: '六位数字，每 30 秒更新。',
    backup: '备用码',
    backupHint: '设置双因素认证时保管的备用码之一。每个只能用一次。',
    submit: '确认',
    missing: '请输入验证码。',
    wrong: '验证码无效。请输入最新的；每个只能用一次。',
    wrongBackup: '此备用码无效，或已使用过。',
    useBackup: '使用备用码',
    useApp: '使用身份验证器应用',
    other: '以其他人登录',
  },

  sso: {
    title: '单点登录未成功',
    codes: {
      provider_unavailable:
        '身份提供方没有正常响应。请几分钟后重试，或用密码登录。若仍然如此，请告诉管理员。',
      provider_unknown: '此身份提供方已不在这里设置。请选择其他登录方式。',
      denied: '身份提供方没有放行，或你在那里取消了。请重试，或在那里选择其他账号。',
      invalid_answer: '无法信任身份提供方的回应。请重新开始；若再次出现，请告诉管理员。',
      expired: '用时过长，或在其他浏览器或标签页中开始。请从此页面重新开始。',
      not_allowed: '你在身份提供方的账号不能使用此 Daybook。请向管理员申请访问。',
      identity_taken: '此身份属于这里的另一个账号。请用其所属的账号登录。',
      account_exists: '已有使用你邮箱的账号。请用密码登录，然后在“我的账号”中连接该提供方。',
      ticket_invalid: '邀请已使用或已过期。请向管理员索取新的邀请。',
    },
    failed: '出了问题。请重试；若仍然如此，请告诉管理员。',
  },

  forgot: {
    title: '忘记密码',
    lead: '输入账号的邮箱地址。设置新密码的链接将发送到那里。',
    submit: '发送链接',
    done: '请查收邮件',
    doneHint: (email) =>
      `如果 ${email} 在这里有账号，链接正在路上，一小时内有效。没有收到？请查看垃圾邮件，或向管理员索取链接。`,
  },

  signUp: {
    title: '注册',
    lead: '有了账号即可查看属于你的用量。设置密码的链接会发送到你的邮箱。',
    submit: '发送链接',
    done: '请查收邮件',
    doneHint: (email) =>
      `如果 ${email} 可以在这里拥有账号，邮件已在路上。其中的链接用于设置密码，24 小时内有效。没有收到？请查看垃圾邮件，或询问管理员。`,
    off: '注册已关闭',
    offHint: '这里的账号由管理员创建。请向管理员索取邀请。',
    haveAccount: '已有账号？',
  },

  ticket: {
    checking: '正在检查链接…',
    titles: {
      invitation: '欢迎使用 Daybook',
      verification: '欢迎使用 Daybook',
      reset: '设置新密码',
    },
    leads: {
      invitation: '选择一个密码以接受邀请。',
      verification: '设置密码后，账号即可使用。',
      reset: '该账号的其他所有会话将结束。',
    },
    submits: {
      invitation: '接受邀请',
      verification: '开通账号',
      reset: '设置密码',
    },
    accountOf: '账号',
    invalid: '此链接无效',
    invalidTitle: '链接无效',
    invalidHint:
      '它已使用过、已过期，或已被更新的链接取代。如果已设置密码，请登录。需要新密码，请申请新链接；需要邀请，请询问管理员。',
    missing: '地址缺少令牌。请从邮件中复制整个链接：它以 # 和一长串令牌结尾。',
    newLink: '获取新链接',
    done: '完成',
    doneHint: '请用密码和双因素验证码登录。',
  },

  secondFactor: {
    title: '设置双因素认证',
    lead: '你的角色除密码外还需要双因素认证。只需一分钟，之后即可打开其他所有内容。',
    give: '身份提供方没有要求双因素认证，因此在这里要求。',
    signOut: '退出登录',
  },

  setup: {
    title: '设置 Daybook',
    intro: '创建第一位管理员。此链接只能用一次。',
    submit: '创建管理员',
    noToken: '地址缺少令牌。',
    noTokenHint: '请从服务器日志中复制整个设置链接：它以 /setup# 和一长串令牌结尾。',
    done: 'Daybook 已设置完成。',
    doneHint: '请用管理员的邮箱和密码登录。',
  },
}
