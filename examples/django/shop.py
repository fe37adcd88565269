"""A shop's back end in Django on the Redis of the verification server: what it may do there, and how it learns that a mobile is confirmed.

Run it with Debian's python3-django, python3-redis, python3-jwt and python3-cryptography: see README.md.
"""

import logging
import os
import random
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import jwt
import redis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import path, re_path
from django.views import View

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1", "localhost"], SECRET_KEY=os.urandom(16).hex())
django.setup()
logger = logging.getLogger("shop")

# The very database that REDIS_URL of the verification server names. A plain client: django-redis' cache.set would prefix and pickle.
redis_conn = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/2"))
# Fetched once in five minutes, and when a ticket names a key that is not among them.
signing_keys = jwt.PyJWKClient(os.environ.get("JWKS_URL", "http://127.0.0.1:4000/.well-known/jwks.json"))

LETTERS = "ACEHLPSTUWXY239"
TICKET_SECONDS = 600


class ImageCodeView(View):
    """Issues a captcha that the verification server takes like its own. It counts nothing: the server's limits on captchas are not used up."""

    def get(self, request, uuid):
        text = "".join(random.SystemRandom().choices(LETTERS, k=5))
        # nx: never over a captcha that is alive, whoever issued it.
        if not redis_conn.set(f"img:{uuid}", text, ex=300, nx=True):
            return HttpResponse(status=409)
        # Stands for your captcha library. A program reads this, and a captcha that programs read stops nobody.
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><text x="9" y="28">{text}</text></svg>'
        return HttpResponse(svg, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


class RegisterView(View):
    """The right way: the verification server has sent and checked the code; its ticket says which mobile was confirmed, and for what."""

    def post(self, request):
        try:
            ticket = request.POST["ticket"]
            claims = jwt.decode(
                ticket,
                signing_keys.get_signing_key_from_jwt(ticket).key,
                algorithms=["EdDSA", "ES256", "RS256"],
                audience="registration",
                issuer="sms-verification-server",
                options={"require": ["exp", "sub", "jti"]},
            )
        except (KeyError, jwt.PyJWTError):
            return JsonResponse({"code": 400, "errmsg": "手机号未验证"})
        if claims.get("purpose") != "REGISTER":
            return JsonResponse({"code": 400, "errmsg": "手机号未验证"})
        # A ticket works once.
        if not redis_conn.set(f"shop:ticket:{claims['jti']}", 1, ex=TICKET_SECONDS, nx=True):
            return JsonResponse({"code": 400, "errmsg": "手机号已使用"})
        # The mobile is the ticket's, never the form's. Here a shop would create its user.
        return JsonResponse({"code": 200, "errmsg": "注册成功", "mobile": claims["sub"]})


class SMSCodeView(View):
    """The original view, as it was, but for its connection and its sender. What is wrong with it: docs/sharing.md."""

    def get(self, request, mobile):
        image_code_client = request.GET.get("img_code")
        uuid = request.GET.get("uid")
        if not all([image_code_client, uuid]):
            return JsonResponse({"code": 400, "errmsg": "缺少必传参数"})
        image_code_server = redis_conn.get("img:{uid}".format(uid=uuid))
        if image_code_server is None:
            return JsonResponse({"code": 400, "errmsg": "图形验证码失效"})
        try:
            redis_conn.delete(f"img:{uid}")  # noqa: F821 - there is no such name: nothing is ever deleted
        except Exception as e:
            logger.error(e)
        image_code_server = image_code_server.decode()
        if image_code_client.lower() != image_code_server.lower():
            return JsonResponse({"code": 400, "errmsg": "输入图形验证码有误"})
        sms_code = "%06d" % random.randint(0, 999999)
        redis_conn.setex(f"sms:{mobile}", 300, sms_code)
        print(f"SMS to {mobile}: {sms_code}", flush=True)
        return JsonResponse({"code": 0, "errmsg": "发送短信成功"})


class ComparingRegisterView(View):
    """The wrong way, as the original's register view has it: it neither deletes the code nor counts the guesses."""

    def post(self, request):
        sms_code_server = redis_conn.get("sms:%s" % request.POST.get("mobile"))
        if sms_code_server is None or request.POST.get("sms_code") != sms_code_server.decode():
            return JsonResponse({"code": 400, "errmsg": "短信验证码有误"})
        return JsonResponse({"code": 0, "errmsg": "注册成功"})


urlpatterns = [
    path("image_codes/<uuid:uuid>/", ImageCodeView.as_view()),
    path("register/", RegisterView.as_view()),
    re_path(r"^sms_codes/(?P<mobile>1[3-9]\d{9})/$", SMSCodeView.as_view()),
    path("comparing/register/", ComparingRegisterView.as_view()),
]


class QuietHandler(WSGIRequestHandler):
    """Addresses hold mobiles and answers: no access log."""

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(sys.argv[1] if len(sys.argv) > 1 else 8000), get_wsgi_application(), handler_class=QuietHandler)
    print(f"Shop: http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
