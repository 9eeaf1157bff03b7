from reports.models.attachments import Attachment
from reports.models.dismissals import Dismissal
from reports.models.incidents import Incident, Question, Transition
from reports.models.reports import Report

__all__ = ["Attachment", "Dismissal", "Incident", "Question", "Report", "Transition"]
