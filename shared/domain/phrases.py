"""The bot's own sentences, one catalogue per language. Values are filled in once and never parsed again."""

from shared.domain.language import Language

_ZH = {
    "greeting": "您好，我是{company}的在线客服助手。请直接说您的问题，我会从公司资料里为您查找答案。",
    "try_asking": "大家常问：",
    "thanks": "不客气，还有问题随时找我。",
    "goodbye": "好的，祝您生活愉快。需要时再来找我。",
    "acknowledged": "好的。还有什么可以帮您？",
    "handoff_queued": "已为您呼叫人工客服，前面还有 {ahead} 位在等。客服接入后会直接在这里回复您；您也可以先把情况写下来。",
    "handoff_queued_next": "已为您呼叫人工客服，您是下一位。客服接入后会直接在这里回复您；您也可以先把情况写下来。",
    "handoff_nobody": "现在没有客服在线。我可以为您登记一张工单，同事会在{promise}前联系您。请留下手机号或邮箱：",
    "handoff_gave_up": "很抱歉让您久等，目前没有客服能接入。我可以为您登记一张工单，同事会在{promise}前联系您。请留下手机号或邮箱：",
    "agent_absent_queued": "{agent}暂时离开了，已为您转给其他客服。您说的都已保留，客服接入后会直接在这里回复您。",
    "agent_absent_gave_up": "很抱歉，{agent}已不在线，目前也没有其他客服能接入，您的消息还没有得到答复。我可以为您登记一张工单，同事会在{promise}前联系您。请留下手机号或邮箱：",
    "still_waiting": "已记下，客服接入后会看到。前面还有 {ahead} 位在等。",
    "handoff_cancelled": "好的，已取消排队。您可以继续问我。",
    "ask_contact": "好的，我来为您登记工单，同事会在{promise}前回复您。请留下手机号或邮箱：",
    "ask_contact_again": "没有认出手机号或邮箱，请再发一次；不方便留的话，回复“跳过”即可。",
    "contact_reminder": "工单还差一个联系方式：请留下手机号或邮箱，或回复“跳过”。",
    "contact_label": "手机号或邮箱",
    "contact_dropped": "好的，工单不登记了。还有什么可以帮您？",
    "ticket_opened": "工单已登记，编号 {number}。同事会在{promise}前联系您，进展也会在这里通知您。",
    "ticket_opened_no_contact": "工单已登记，编号 {number}。您没有留联系方式，所以我们会在{promise}前在这个对话里回复您，请留意。",
    "ticket_card": "工单 {number}",
    "ticket_status_label": "状态",
    "ticket_promise_label": "最晚回复",
    "ticket_note_label": "说明",
    "ticket_token_label": "查询凭证",
    "ticket_none": "这个对话里还没有工单。需要的话，回复“提工单”即可。",
    "ticket_unknown": "没有查到编号 {number} 的工单，请核对后再试。",
    "ticket_list": "您的工单：",
    "ticket_changed": "工单 {number} 有新进展：{status}。",
    "ticket_changed_note": "工单 {number} 有新进展：{status}。{note}",
    "status_requested": "已提交",
    "status_open": "已受理",
    "status_in_progress": "处理中",
    "status_resolved": "已解决",
    "status_closed": "已关闭",
    "status_parked": "需人工核对",
    "offer_ticket": "需要我登记一张工单，请同事来答复您吗？",
    "offer_yes": "登记工单",
    "offer_person": "转人工",
    "knowledge_down": "资料库暂时连不上，我不想随口答您。可以先登记一张工单，同事会在{promise}前回复。请留下手机号或邮箱：",
    "turn_failed": "抱歉，刚才处理您的消息时出了问题。我可以为您登记一张工单，同事会在{promise}前回复。请留下手机号或邮箱，也可以换个说法再问一次：",
    "agent_joined": "{agent}已接入，接下来由{agent}为您服务。",
    "agent_left": "{agent}已结束人工服务，您可以继续问我。",
    "closed": "本次对话已结束。再发消息即可开始新的咨询。",
    "message_lost": "您有一条消息没有处理成功，请再发一次。",
    "pick_unknown": "没有这个选项，请直接说您的问题。",
    "pick_which": "您要问的是哪一项？点一下，或回复序号即可：",
    "choices_dropped": "好的。您可以换个说法再问，也可以回复“转人工”，请同事来答复。",
}

_EN = {
    "greeting": "Hello, I am the assistant of {company}. Ask me anything; I answer from the company's own documents.",
    "try_asking": "People often ask:",
    "thanks": "You're welcome. I'm here if you need anything else.",
    "goodbye": "Goodbye, and have a good day. Come back any time.",
    "acknowledged": "All right. Is there anything else I can help with?",
    "handoff_queued": "I've called a colleague for you; {ahead} people are ahead of you. They will reply right here. "
    "You can describe the problem meanwhile.",
    "handoff_queued_next": "I've called a colleague for you; you are next. They will reply right here. "
    "You can describe the problem meanwhile.",
    "handoff_nobody": "No colleague is online right now. I can open a ticket, and someone will get back to you by {promise}. "
    "Please leave a phone number or an e-mail address:",
    "handoff_gave_up": "I'm sorry for the wait: nobody can join at the moment. I can open a ticket, and someone will get back to you "
    "by {promise}. Please leave a phone number or an e-mail address:",
    "agent_absent_queued": "{agent} has had to leave, so you are in the queue for another colleague. They will see everything you wrote "
    "and reply right here.",
    "agent_absent_gave_up": "I'm sorry: {agent} is no longer here, nobody else can join at the moment, and what you wrote has not been "
    "answered. I can open a ticket, and someone will get back to you by {promise}. Please leave a phone number or an e-mail address:",
    "still_waiting": "Noted; the colleague who joins will see it. {ahead} people are ahead of you.",
    "handoff_cancelled": "All right, you are no longer in the queue. Do go on asking me.",
    "ask_contact": "I'll open a ticket for you; someone will reply by {promise}. Please leave a phone number or an e-mail address:",
    "ask_contact_again": 'I couldn\'t find a phone number or an e-mail address in that. Please try again, or reply "skip".',
    "contact_reminder": 'Your ticket still needs a contact: a phone number or an e-mail address, or reply "skip".',
    "contact_label": "Phone or e-mail",
    "contact_dropped": "All right, no ticket then. Is there anything else I can help with?",
    "ticket_opened": "Your ticket is open, number {number}. Someone will contact you by {promise}, and I'll post any news here.",
    "ticket_opened_no_contact": "Your ticket is open, number {number}. As you left no contact, we will reply in this conversation "
    "by {promise}.",
    "ticket_card": "Ticket {number}",
    "ticket_status_label": "Status",
    "ticket_promise_label": "Reply by",
    "ticket_note_label": "Note",
    "ticket_token_label": "Access token",
    "ticket_none": 'There is no ticket in this conversation yet. Reply "open a ticket" if you need one.',
    "ticket_unknown": "I could not find a ticket with number {number}. Please check the number.",
    "ticket_list": "Your tickets:",
    "ticket_changed": "News on ticket {number}: {status}.",
    "ticket_changed_note": "News on ticket {number}: {status}. {note}",
    "status_requested": "submitted",
    "status_open": "received",
    "status_in_progress": "in progress",
    "status_resolved": "resolved",
    "status_closed": "closed",
    "status_parked": "being checked by a colleague",
    "offer_ticket": "Shall I open a ticket so that a colleague can answer you?",
    "offer_yes": "Open a ticket",
    "offer_person": "Talk to a person",
    "knowledge_down": "I can't reach our documents at the moment and don't want to guess. I can open a ticket; someone will reply by "
    "{promise}. Please leave a phone number or an e-mail address:",
    "turn_failed": "Sorry, something went wrong while I handled your message. I can open a ticket, and someone will reply by {promise}. Please leave a phone number or an e-mail address, or ask again in other words:",
    "agent_joined": "{agent} has joined and will help you from here.",
    "agent_left": "{agent} has left. You can go on asking me.",
    "closed": "This conversation is closed. Send a message to start again.",
    "message_lost": "One of your messages was not processed. Please send it again.",
    "pick_unknown": "That is not one of the options. Please just tell me your question.",
    "pick_which": "Which one do you mean? Pick one, or reply with its number:",
    "choices_dropped": 'All right. You can ask in other words, or reply "talk to a person" to have a colleague answer you.',
}

CATALOGUES: dict[Language, dict[str, str]] = {"zh": _ZH, "en": _EN}


def say(language: Language, phrase: str, **values: object) -> str:
    """Return the sentence in `language` with its values. Raises KeyError for a phrase that does not exist."""
    return CATALOGUES[language][phrase].format(**values)
