"""What an administrator changes: settings with their dates, and the work of the background."""

from lms.admin.commands.settings import add_setting, end_setting, withdraw_setting
from lms.admin.commands.work import refuse_bounded, retry_job, retry_message

__all__ = ["add_setting", "end_setting", "refuse_bounded", "retry_job", "retry_message", "withdraw_setting"]
